# SPDX-License-Identifier: GPL-3.0-or-later
# One flag set, one precompiled Torch header, and a declaration per library and test.

add_library(tessera_flags INTERFACE)
target_include_directories(tessera_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(tessera_flags INTERFACE QT_NO_KEYWORDS TESSERA_VERSION="${PROJECT_VERSION}")
# Qt asks for -fPIC; everybody using it keeps one precompiled header for libraries and tests.
target_compile_options(tessera_flags INTERFACE -fPIC -Wall -Wextra -Wshadow=local $<$<BOOL:${TESSERA_WERROR}>:-Werror>)
if(TESSERA_SANITIZE)
  target_compile_options(tessera_flags INTERFACE -fsanitize=${TESSERA_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(tessera_flags INTERFACE -fsanitize=${TESSERA_SANITIZE})
endif()
# Debian's LibTorch loads OpenCV and with it Qt 5, which takes functions of the same name (QByteArray::append) from a program that
# exports them. Optimised programs inline them all; others would crash before main.
if(TESSERA_SANITIZE OR NOT CMAKE_BUILD_TYPE MATCHES "^Rel")
  target_link_options(tessera_flags INTERFACE LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/own_qt_symbols.map)
  set_target_properties(tessera_flags PROPERTIES INTERFACE_LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/own_qt_symbols.map)
endif()

add_library(tessera_torch INTERFACE)
target_link_libraries(tessera_torch INTERFACE ${TORCH_LIBRARIES})
target_include_directories(tessera_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})

file(WRITE ${PROJECT_BINARY_DIR}/empty.cpp "")

# tessera_library(name [TORCH] SOURCES a.cpp ... LINK lib ...)
function(tessera_library name)
  cmake_parse_arguments(arg "TORCH;MOC" "" "SOURCES;LINK" ${ARGN})
  if(NOT arg_SOURCES)
    set(arg_SOURCES ${PROJECT_BINARY_DIR}/empty.cpp)
  endif()
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC tessera_flags ${arg_LINK})
  if(arg_MOC)
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
  endif()
  if(arg_TORCH)
    tessera_use_torch(${name})
  endif()
endfunction()

# The precompiled header costs half a minute and 600 MB once; a Torch file then takes 3 s instead of 12 s.
function(tessera_use_torch name)
  target_link_libraries(${name} PUBLIC tessera_torch)
  # clang-tidy 14 cannot parse ATen 1.13 (constexpr functions that clang 14 rejects): Torch files are checked by g++ alone.
  set_target_properties(${name} PROPERTIES CXX_CLANG_TIDY "")
  if(TESSERA_PCH)
    if(NOT TARGET tessera_torch_pch)
      add_library(tessera_torch_pch STATIC ${PROJECT_BINARY_DIR}/empty.cpp)
      target_link_libraries(tessera_torch_pch PUBLIC tessera_flags tessera_torch Eigen3::Eigen)
      target_precompile_headers(tessera_torch_pch PRIVATE <ATen/ATen.h> <torch/script.h> <Eigen/Core>)
    endif()
    target_link_libraries(${name} PUBLIC Eigen3::Eigen)
    target_precompile_headers(${name} REUSE_FROM tessera_torch_pch)
  endif()
endfunction()

# tessera_test(path/name [TORCH] [DISPLAY] LINK lib ...): builds name.cpp as a QtTest program and registers "path/name".
# DISPLAY: needs a real display (Xvfb); others run on Qt's offscreen platform.
function(tessera_test path)
  cmake_parse_arguments(arg "TORCH;DISPLAY" "" "SOURCES;LINK" ${ARGN})
  get_filename_component(name ${path} NAME)
  string(REPLACE "/" "_" target test_${path})
  add_executable(${target} ${name}.cpp ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES AUTOMOC ON)
  target_link_libraries(${target} PRIVATE tessera_flags Qt6::Test ${arg_LINK})
  target_compile_definitions(${target} PRIVATE TESSERA_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
    TESSERA_SAMPLES="${PROJECT_SOURCE_DIR}/resources/samples" TESSERA_SOURCE="${PROJECT_SOURCE_DIR}")
  if(TESSERA_SANITIZE)
    target_compile_definitions(${target} PRIVATE TESSERA_SANITIZED)
  endif()
  if(arg_TORCH)
    tessera_use_torch(${target})
  endif()
  add_test(NAME ${path} COMMAND ${target})
  if(arg_DISPLAY)
    set_tests_properties(${path} PROPERTIES TIMEOUT 300 LABELS display)
  else()
    set_tests_properties(${path} PROPERTIES TIMEOUT 300 ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
  endif()
endfunction()
