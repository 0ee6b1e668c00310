# Each contender where its package is installed; what is missing is said and left out.

# pond_contender(NAME FOUND SOURCE [LIBRARIES...])
function(pond_contender name found source)
  if(NOT found)
    message(STATUS "contender ${name}: not installed, left out")
    return()
  endif()
  string(TOUPPER ${name} upper)
  add_library(contender_${name} OBJECT contenders/${source})
  pond_settings(contender_${name})
  # Other people's headers do not know our warnings.
  target_link_libraries(contender_${name} PUBLIC workload)
  target_include_directories(contender_${name} SYSTEM PRIVATE ${contender_${name}_includes})
  target_compile_definitions(contenders PRIVATE POND_HAS_${upper})
  target_link_libraries(contenders PUBLIC contender_${name} $<TARGET_OBJECTS:contender_${name}>
                                          ${ARGN})
  message(STATUS "contender ${name}: yes")
endfunction()

# pond_upstream_library(TARGET CORE): nginx's own ngx_palloc.c from CORE, under the names of
# upstream_names.h and against our stubs, which stand for the headers beside it
function(pond_upstream_library target core)
  set(stubs ${PROJECT_SOURCE_DIR}/workload/contenders/nginx)
  add_library(${target} STATIC ${core}/ngx_palloc.c)
  target_compile_options(${target} PRIVATE -include ${stubs}/upstream_names.h)
  target_include_directories(${target} BEFORE PRIVATE ${stubs})
  target_include_directories(${target} SYSTEM PRIVATE ${core})
endfunction()

# --- nginx: from the tree the user names, or from Debian's source package ---------------------------
set(nginx_source ${POND_NGINX_SOURCE})
if(NOT nginx_source)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/cmake/fetch_nginx_source.sh
                          ${PROJECT_SOURCE_DIR}/build/nginx
                  OUTPUT_VARIABLE nginx_source OUTPUT_STRIP_TRAILING_WHITESPACE
                  RESULT_VARIABLE nginx_missing)
endif()
if(EXISTS ${nginx_source}/src/core/ngx_palloc.c)
  set(nginx_stubs ${CMAKE_CURRENT_SOURCE_DIR}/contenders/nginx)
  set_property(GLOBAL PROPERTY pond_nginx_core ${nginx_source}/src/core)  # tests/nginx compiles it, too
  pond_upstream_library(nginx_pool ${nginx_source}/src/core)
  target_sources(nginx_pool PRIVATE contenders/nginx/stub.c)
  target_include_directories(nginx_pool PRIVATE ${PROJECT_SOURCE_DIR})
  set(contender_nginx_includes ${nginx_stubs} ${nginx_source}/src/core)
  pond_contender(nginx TRUE nginx.cpp nginx_pool)
  # pond behind the same interface, against the same headers.
  pond_ngx_library(nginx_pond ${nginx_stubs} ${nginx_source}/src/core)
  set(contender_pond_ngx_includes ${PROJECT_SOURCE_DIR}/compat/nginx ${contender_nginx_includes})
  pond_contender(pond_ngx TRUE pond_ngx.cpp nginx_pond)
else()
  message(WARNING "contender nginx: no source; give one with -DPOND_NGINX_SOURCE=PATH")
endif()

# --- libraries ----------------------------------------------------------------------------------------
find_library(boost_container boost_container)
find_path(boost_headers boost/container/pmr/monotonic_buffer_resource.hpp)
pond_contender(boost "${boost_headers}" boost.cpp ${boost_container})

find_path(llvm_headers llvm/Support/Allocator.h HINTS /usr/lib/llvm-14/include)
find_library(llvm_library LLVM-14 HINTS /usr/lib/llvm-14/lib)
set(contender_llvm_includes ${llvm_headers})
pond_contender(llvm "${llvm_headers}" llvm.cpp ${llvm_library})

find_path(protobuf_headers google/protobuf/arena.h)
find_library(protobuf_library protobuf)
pond_contender(protobuf "${protobuf_headers}" protobuf.cpp ${protobuf_library} pthread)

find_path(apr_headers apr_pools.h PATH_SUFFIXES apr-1.0)
find_library(apr_library apr-1)
set(contender_apr_includes ${apr_headers})
pond_contender(apr "${apr_headers}" apr.cpp ${apr_library})

find_path(mimalloc_headers mimalloc.h PATH_SUFFIXES mimalloc-2.0)
set(contender_mimalloc_includes ${mimalloc_headers})
pond_contender(mimalloc "${mimalloc_headers}" mimalloc.cpp ${CMAKE_DL_LIBS})

# jemalloc's archive defines malloc and operator new for the whole program. A copy of it does so under
# other names, and without the operators.
find_library(jemalloc_archive libjemalloc_pic.a)
if(jemalloc_archive)
  set(renamed ${CMAKE_CURRENT_BINARY_DIR}/libcontender_jemalloc.a)
  set(names ${CMAKE_CURRENT_SOURCE_DIR}/contenders/jemalloc.names)
  add_custom_command(OUTPUT ${renamed}
    COMMAND ${CMAKE_OBJCOPY} --redefine-syms=${names} ${jemalloc_archive} ${renamed}
    COMMAND ${CMAKE_AR} d ${renamed} jemalloc_cpp.pic.o
    DEPENDS ${names} VERBATIM)
  add_custom_target(contender_jemalloc_archive DEPENDS ${renamed})
  pond_contender(jemalloc TRUE jemalloc.cpp ${renamed} pthread m ${CMAKE_DL_LIBS})
  add_dependencies(contenders contender_jemalloc_archive)
else()
  pond_contender(jemalloc "" jemalloc.cpp)
endif()
