// The one place where keys leave `Secret`: Wireshark's two tables, for SAs made while an operator's capture was on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/event.hpp"

namespace cli {

/// The keys of one direction of a Child SA, and where its packets go.
struct EspKeys {
  engine::IpAddress source, destination;
  engine::EspSpi spi;
  const engine::Algorithm* encryption = nullptr;
  const engine::Algorithm* integrity = nullptr;  // null for AEAD
  engine::Secret key_encryption, key_integrity;
};
struct CapturedKeys {
  std::vector<std::shared_ptr<const engine::ExportKeys>> ike;
  std::vector<std::shared_ptr<const EspKeys>> esp;
};

/// `ikev2_decryption_table`, a line an IKE SA. An SA with algorithms that Wireshark cannot decrypt is a comment.
std::string ikev2_decryption_table(const CapturedKeys& keys);
/// `esp_sa`, a line a direction of a Child SA.
std::string esp_sa_table(const CapturedKeys& keys);

}  // namespace cli
