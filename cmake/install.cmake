# What is installed: both libraries, the headers, and what CMake's find_package and pkg-config read.
# A version serves whoever asks for an older one of its soname (HACKING.md, "The ABI").

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pondConfigVersion.cmake
                                 COMPATIBILITY SameMajorVersion)
install(TARGETS pond pond_shared EXPORT pond)
install(EXPORT pond NAMESPACE pond:: FILE pondTargets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pond)
install(FILES ${PROJECT_BINARY_DIR}/pondConfigVersion.cmake ${PROJECT_SOURCE_DIR}/cmake/pondConfig.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pond)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pond DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# pond.pc finds the prefix from its own place, so that an installation may be moved or installed elsewhere.
# Folders that were given absolutely stay where they are (to append one replaces what it is appended to);
# from libraries in such a folder no way leads to the prefix, which is said absolutely then, too.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pond_pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH pond_pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  set(pond_pc_prefix "\${pcfiledir}/${pond_pc_prefix}")
endif()
set(pond_pc_libdir "\${prefix}")
cmake_path(APPEND pond_pc_libdir "${CMAKE_INSTALL_LIBDIR}")
set(pond_pc_includedir "\${prefix}")
cmake_path(APPEND pond_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/pond.pc.in ${PROJECT_BINARY_DIR}/pond.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pond.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
