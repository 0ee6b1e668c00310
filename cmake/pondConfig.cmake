# find_package(pond): pond::pond, static, and pond::shared.
include(${CMAKE_CURRENT_LIST_DIR}/pondTargets.cmake)

# CMake takes for granted that what was compiled from C++ needs its runtime, and would have a C program
# linked with it. pond needs libc alone. (Where pond is a part of the project already, nothing is imported.)
get_target_property(pond_configurations pond::pond IMPORTED_CONFIGURATIONS)
if(pond_configurations)
  foreach(configuration IN LISTS pond_configurations)
    set_target_properties(pond::pond PROPERTIES IMPORTED_LINK_INTERFACE_LANGUAGES_${configuration} C)
  endforeach()
endif()
unset(pond_configurations)
