# musl instead of glibc, with Debian's g++ and musl-dev. There is no libstdc++ for musl in Debian: its headers
# are those for glibc, of which the core, and C++ without its library, only need what is in headers.
set(specs /usr/lib/x86_64-linux-musl/musl-gcc.specs)
set(CMAKE_C_COMPILER gcc)
set(CMAKE_CXX_COMPILER g++)
set(CMAKE_C_FLAGS_INIT "-specs=${specs}")
# The specs take away every folder of headers but musl's. libstdc++'s ask for a version of glibc: none.
execute_process(COMMAND g++ -dumpversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
set(CMAKE_CXX_FLAGS_INIT "-specs=${specs} -isystem /usr/include/c++/${version} \
-isystem /usr/include/x86_64-linux-gnu/c++/${version} '-D__GLIBC_PREREQ(major,minor)=0'")
# CMake tries the compilers: a C++ program cannot be linked.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
