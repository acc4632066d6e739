// The examples of RFC 2759, 9.2, and RFC 3079, 3.5.3.
#include "engine/crypto/mschap.hpp"

#include <gtest/gtest.h>

namespace engine::crypto {
namespace {

Bytes of_digits(const char* hex) { return *from_hex(hex); }

TEST(Mschap, ExamplesOfTheRfcs) {
  const auto values = mschap(as_bytes("clientPass"), "User", of_digits("5b5d7c7d7b3f2f3e3c2c602132262628"),
                             of_digits("21402324255e262a28295f2b3a337c7e"));
  EXPECT_EQ(to_hex(nt_password_hash(as_bytes("clientPass")).expose()), "44ebba8d5312b8d611474411f56989ae");
  EXPECT_EQ(to_hex(values.nt_response), "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
  EXPECT_EQ(to_hex(values.authenticator_response), "407a5589115fd0d6209f510fe9c04566932cda56");
  ASSERT_EQ(values.msk.size(), 64u);
  EXPECT_EQ(to_hex(values.msk.expose().subspan(16, 16)), "8b7cdc149b993a1ba118cb153f56dccb");
  EXPECT_EQ(values.msk.expose().subspan(32)[0], 0);
}

TEST(Mschap, PasswordsBeyondAscii) {
  EXPECT_NE(to_hex(nt_password_hash(as_bytes("p\xC3\xA4ss")).expose()), to_hex(nt_password_hash(as_bytes("p\xE4s")).expose()));
  // Latin-1 and UTF-8 of the same letter are the same UTF-16.
  EXPECT_EQ(to_hex(nt_password_hash(as_bytes("\xC3\xA4")).expose()), to_hex(nt_password_hash(as_bytes("\xE4")).expose()));
  EXPECT_EQ(nt_password_hash(as_bytes("\xF0\x9F\x94\x91")).size(), 16u);
  EXPECT_EQ(nt_password_hash({}).size(), 16u);
}

}  // namespace
}  // namespace engine::crypto
