# Another machine, with Debian's cross compilers; what is built runs under qemu-user. POND_MACHINE says
# which, and in POND_MACHINE_PACKAGES are the libraries for it (tests/machines/packages.sh).
set(POND_MACHINE "" CACHE STRING "aarch64, s390x or i386")
set(POND_MACHINE_PACKAGES "" CACHE PATH "where the machine's Debian packages are unpacked")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES POND_MACHINE POND_MACHINE_PACKAGES)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${POND_MACHINE})
set(triplet ${POND_MACHINE}-linux-gnu)
set(CMAKE_LIBRARY_ARCHITECTURE ${triplet})  # the folder below lib, in its packages
string(REPLACE i386 i686 triplet ${triplet})  # which is what Debian's compiler for it is called

set(CMAKE_C_COMPILER ${triplet}-gcc)
set(CMAKE_CXX_COMPILER ${triplet}-g++)
if(POND_MACHINE STREQUAL i386 AND CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL x86_64)
  # Which runs it itself; only where the libraries are has to be said.
  set(CMAKE_CROSSCOMPILING_EMULATOR /usr/${triplet}/lib/ld-linux.so.2 --library-path /usr/${triplet}/lib)
else()
  set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${POND_MACHINE} -L /usr/${triplet})
endif()

# Libraries and headers are the machine's own, programs those of this one.
set(CMAKE_FIND_ROOT_PATH ${POND_MACHINE_PACKAGES} /usr/${triplet})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
