// The HMAC of an SA's packets. With esp_cipher.cpp the only file of the kernel floor with OpenSSL.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

#include "engine/algorithms.hpp"
#include "engine/bytes.hpp"

struct evp_mac_ctx_st;

namespace kernel {

/// HMAC with MD5, SHA-1 or SHA-2, cut to the ICV (RFC 2403, 2404, 4868), under one key. Allocates when it is made only.
class PacketMac {
 public:
  PacketMac() = default;
  /// Made or not, operator bool tells; `row` is one that knows() has.
  PacketMac(const engine::Algorithm& row, engine::ByteView key);
  static bool knows(const engine::Algorithm& row);
  explicit operator bool() const { return context_ != nullptr; }

  /// Over the parts, one behind the other. False: the library refused.
  bool write(std::initializer_list<engine::ByteView> parts, std::span<std::uint8_t> icv);

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

}  // namespace kernel
