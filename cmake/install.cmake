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
# Relative, so that an installation may be moved or installed elsewhere.
file(RELATIVE_PATH pond_prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/pond.pc.in ${PROJECT_BINARY_DIR}/pond.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pond.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
