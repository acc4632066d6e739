# One test program a folder; a folder without sources has none. libFuzzer targets with the sanitizers of clang alone.
enable_testing()

function(test_folder folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*.cpp)
  if(sources)
    add_executable(${folder}_tests EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(${folder}_tests PRIVATE ${ARGN} GTest::gtest_main)
    target_compile_definitions(${folder}_tests PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    if(SALLYPORT_SANITIZE AND NOT folder STREQUAL "sim")  # compiled in a third of the time; the simulator runs long enough
      target_compile_options(${folder}_tests PRIVATE -O0)
    endif()
    add_test(NAME ${folder} COMMAND ${folder}_tests)
    set_property(GLOBAL APPEND PROPERTY SALLYPORT_TESTS ${folder}_tests)
  endif()
endfunction()

# What `debug crypto` prints, which the simulator prints as well. It needs nothing but the engine.
set(debug_sources ${CMAKE_SOURCE_DIR}/cli/notice_text.cpp ${CMAKE_SOURCE_DIR}/cli/ios_text.cpp)
# Recordings of what the engine was given, and what plays them.
set(recording_sources ${CMAKE_SOURCE_DIR}/cli/input_log.cpp ${CMAKE_SOURCE_DIR}/cli/replay_text.cpp)
set(replay_sources ${CMAKE_SOURCE_DIR}/tests/replay/replayer.cpp)

find_package(GTest REQUIRED)
test_folder(wire engine)
test_folder(crypto engine)
test_folder(engine engine)
test_folder(sim engine)
target_sources(sim_tests PRIVATE ${debug_sources} ${recording_sources} ${replay_sources})
test_folder(parser parser)
test_folder(kernel kernel)
test_folder(cli cli)
foreach(folder crypto engine sim parser kernel cli)  # certificates that tests make
  target_sources(${folder}_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests/pki/maker.cpp ${CMAKE_SOURCE_DIR}/tests/pki/scep_ca.cpp)
endforeach()
# Runs inside the lab's kernel only: built with the release preset, and not one of all_tests.
file(GLOB lab_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/lab/*.cpp)
if(lab_sources)
  add_executable(lab_tests EXCLUDE_FROM_ALL ${lab_sources})
  target_link_libraries(lab_tests PRIVATE kernel GTest::gtest_main)
endif()

# Plays a recording that `monitor replay export` has written.
add_executable(replay_recording EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/replay/main.cpp ${replay_sources}
                                                 ${recording_sources})
target_link_libraries(replay_recording PRIVATE parser)

# Load generators: programs to measure with, no tests.
add_executable(bench_parser EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/bench/parser/main.cpp)
target_link_libraries(bench_parser PRIVATE parser)
file(GLOB bench_ike_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/ike/*.cpp)
add_executable(bench_ike EXCLUDE_FROM_ALL ${bench_ike_sources})
target_link_libraries(bench_ike PRIVATE kernel)
add_executable(bench_xfrm EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/bench/xfrm/main.cpp)
target_link_libraries(bench_xfrm PRIVATE kernel)

get_property(test_programs GLOBAL PROPERTY SALLYPORT_TESTS)
add_custom_target(all_tests DEPENDS ${test_programs})

find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_test(NAME guards_self_test COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/guards/guards_test.py)
  foreach(which text format tidy)
    add_test(NAME guards_${which} COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tests/guards/guards.py ${which})
  endforeach()
endif()

if(SALLYPORT_SANITIZE STREQUAL "fuzzer")
  file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*.cpp)
  add_custom_target(all_fuzz)
  foreach(source ${fuzz_sources})
    get_filename_component(name ${source} NAME_WE)
    add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${source})
    target_link_libraries(fuzz_${name} PRIVATE parser kernel engine -fsanitize=fuzzer)
    if(name STREQUAL machine)  # lives in the simulator
      foreach(part world settled narrate debugging wiretap site fake_data_plane)
        target_sources(fuzz_machine PRIVATE ${CMAKE_SOURCE_DIR}/tests/sim/${part}.cpp)
      endforeach()
      target_sources(fuzz_machine PRIVATE ${debug_sources} ${recording_sources})
    endif()
    if(name STREQUAL control)
      target_sources(fuzz_control PRIVATE ${CMAKE_SOURCE_DIR}/tests/cli/facts.cpp)
      target_link_libraries(fuzz_control PRIVATE cli GTest::gtest)
    endif()
    if(name STREQUAL certificate OR name STREQUAL eap_tls)
      target_sources(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/pki/maker.cpp)
    endif()
    add_dependencies(all_fuzz fuzz_${name})
  endforeach()
endif()
