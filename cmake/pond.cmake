# The library: pond::pond (static) and pond::shared, from the same sources with the same flags.

set(pond_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wcast-align -Wdouble-promotion -Wformat=2)

# Each function begins with a line of the cache. Else some begin in the middle of one, other ones after
# every edit, and the same instructions over the recorded traces took up to 1.10 times as long.
set(pond_alignment -falign-functions=64 CACHE INTERNAL "for pond_ngx_library, wherever it is called")

# nginx links with cc: no exceptions, no RTTI, no guards of static variables, so that nothing of the
# C++ runtime is needed. One word of thread-local storage, found without a call.
set(pond_core_flags -fno-exceptions -fno-rtti -fno-threadsafe-statics -ftls-model=initial-exec
    # Merging the stores of a new state into vectors takes more instructions than it saves: 5 of the
    # 105 that creating and destroying a pool cost when it was tried.
    -fno-tree-slp-vectorize
    ${pond_alignment})

file(GLOB pond_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)

# src/tools.cpp does without valgrind's header where the compiler finds none, and memcheck is told nothing
# then. That is no error, but is said: nothing else would show it. Asked each time, as headers come and go.
function(pond_say_whether_without_memcheck)
  include(CheckIncludeFileCXX)
  set(CMAKE_REQUIRED_QUIET ON)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  unset(POND_MEMCHECK_HEADER CACHE)
  check_include_file_cxx(valgrind/memcheck.h POND_MEMCHECK_HEADER)
  if(NOT POND_MEMCHECK_HEADER)
    message(STATUS "pond: memcheck will not see into pools: no <valgrind/memcheck.h> (Debian: package valgrind)")
  endif()
endfunction()
pond_say_whether_without_memcheck()

# Everything that is built here is compiled under the same rules.
function(pond_settings target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden
                                             VISIBILITY_INLINES_HIDDEN ON)
  if(POND_WARNINGS)
    target_compile_options(${target} PRIVATE -Werror $<$<COMPILE_LANGUAGE:CXX>:${pond_warnings}>)
  endif()
  if(POND_TINY_GEOMETRY)
    target_compile_definitions(${target} PRIVATE POND_TINY_GEOMETRY)
  endif()
  if(POND_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${POND_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${POND_SANITIZE})
  endif()
endfunction()

function(pond_library target kind)
  add_library(${target} ${kind} ${pond_sources})
  pond_settings(${target})
  target_compile_options(${target} PRIVATE ${pond_core_flags})
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  # With the C compiler, which does not bring the C++ runtime along.
  set_target_properties(${target} PROPERTIES OUTPUT_NAME pond POSITION_INDEPENDENT_CODE ON
                                             LINKER_LANGUAGE C)
endfunction()

pond_library(pond STATIC)
pond_library(pond_shared SHARED)
set_target_properties(pond_shared PROPERTIES EXPORT_NAME shared SOVERSION ${PROJECT_VERSION_MAJOR}
                                             VERSION ${PROJECT_VERSION})
target_link_options(pond_shared PRIVATE -Wl,-z,nodelete -Wl,--as-needed)
if(NOT POND_SANITIZE)
  target_link_options(pond_shared PRIVATE -Wl,-z,defs)
endif()
# Of a project that neither tests nor installs pond only what it links is built.
if(NOT PROJECT_IS_TOP_LEVEL AND NOT POND_INSTALL)
  set_target_properties(pond pond_shared PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
add_library(pond::pond ALIAS pond)
add_library(pond::shared ALIAS pond_shared)
