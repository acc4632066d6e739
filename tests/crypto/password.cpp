#include "engine/crypto/password.hpp"

#include <gtest/gtest.h>

namespace {

// RFC 7914, 12, the second to last vector.
TEST(Scrypt, Rfc7914) {
  const engine::Secret key = engine::crypto::scrypt(engine::as_bytes("pleaseletmein"), engine::as_bytes("SodiumChloride"),
                                                    {.n = 16384, .r = 8, .p = 1}, 64);
  EXPECT_EQ(engine::to_hex(key.expose()),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

}  // namespace
