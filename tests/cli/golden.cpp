#include "golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SOURCE_DIR) + "/tests/cli/golden/" + name + ".txt";
  if (std::getenv("SALLYPORT_UPDATE_GOLDENS")) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream in(path, std::ios::binary);
  ASSERT_TRUE(in) << "there is no " << path;
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(golden, text) << "in " << path;
}
