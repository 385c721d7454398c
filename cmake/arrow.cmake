# SPDX-License-Identifier: Apache-2.0
# Apache Arrow and Parquet as the target sluice_arrow: those of the system, or else of the pyarrow wheel that
# ./dev setup puts into the Python environment of the tests. Only the module that is loaded with the first parquet file
# is linked with it.

add_library(sluice_arrow INTERFACE)
find_package(Arrow QUIET CONFIG)
find_package(Parquet QUIET CONFIG)
if(Arrow_FOUND AND Parquet_FOUND)
  target_link_libraries(sluice_arrow INTERFACE Arrow::arrow_shared Parquet::parquet_shared)
else()
  set(cache "$ENV{SLUICE_CACHE}")
  if(NOT cache)
    set(cache "$ENV{HOME}/.cache/sluice")
  endif()
  file(SHA256 ${CMAKE_SOURCE_DIR}/tests/requirements.txt digest)
  string(SUBSTRING ${digest} 0 12 digest)
  file(GLOB pyarrow ${cache}/venv-${digest}/lib/python3*/site-packages/pyarrow)
  if(NOT EXISTS "${pyarrow}/libarrow.so.2600")
    message(FATAL_ERROR "Apache Arrow is missing: ./dev setup installs it as pyarrow into ${cache}/venv-${digest}")
  endif()
  target_include_directories(sluice_arrow SYSTEM INTERFACE ${pyarrow}/include)
  target_link_directories(sluice_arrow INTERFACE ${pyarrow})
  target_link_libraries(sluice_arrow INTERFACE -l:libarrow.so.2600 -l:libparquet.so.2600)
  set(SLUICE_ARROW_FOLDER ${pyarrow})
endif()

# The module, in the folder of the executable; a package puts Arrow's libraries beside it.
add_library(sluice_parquet MODULE ${CMAKE_SOURCE_DIR}/src/format/parquet_module/module.cc)
target_include_directories(sluice_parquet PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(sluice_parquet PRIVATE sluice_arrow)
set_target_properties(sluice_parquet PROPERTIES PREFIX "" BUILD_RPATH "$ORIGIN;${SLUICE_ARROW_FOLDER}")
