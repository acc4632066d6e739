// A CA that speaks SCEP, for tests that talk to it without a network. tests/interop/ca_server.py is one that is not ours.
#pragma once

#include <string>

#include "engine/crypto/scep.hpp"
#include "tests/pki/maker.hpp"

namespace pki {

struct ScepCa {
  Holder ca = authority("CN=Root,O=Example", nullptr, "rsa 2048");
  enum class Mood : std::uint8_t { grants, refuses, waits } mood = Mood::grants;
  engine::WallTime from = now - day, until = now + 365 * day;  // of what it gives out
  // What it was asked last.
  std::string type, transaction, challenge;
  engine::Bytes signer;   // certificate that signed the message
  engine::Bytes request;  // PKCS#10
  // Lies in the answer.
  const Holder* signs = nullptr;  // in its place
  bool other_nonce = false, other_transaction = false;

  /// The answer to a pkiMessage.
  engine::Bytes operation(const engine::Bytes& message);
};

}  // namespace pki
