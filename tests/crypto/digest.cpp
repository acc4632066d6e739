#include "engine/crypto/digest.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Md5Text, Rfc1321AppendixA5) {
  EXPECT_EQ(engine::crypto::md5_text(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(engine::crypto::md5_text("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

}  // namespace
