// crypto ipsec transform-set NAME ...
#pragma once

#include <optional>
#include <string>

#include "parser/modes/shared.hpp"

namespace parser {

struct TransformSet {
  std::string name;
  std::optional<std::string> ah;              // keyword: ah-sha-hmac
  const engine::Algorithm* family = nullptr;  // the row with the smallest key; null: AH alone
  std::optional<unsigned> key_bits;           // 192 or 256; not given: 128, or the only one there is
  const engine::Algorithm* hmac = nullptr;    // of ESP; null with AEAD
  bool compression = false;                   // comp-lzs
  /// The row of the cipher; null only where `family` is.
  const engine::Algorithm* cipher() const;
  /// The row that authenticates, of either protocol; null with AEAD.
  const engine::Algorithm* integrity() const;
  /// ESP with a cipher that exists, or AH; nothing beside it.
  bool usable() const;
  friend bool operator==(const TransformSet&, const TransformSet&) = default;
};
struct TransformMode {  // not given: tunnel
  engine::IpsecMode mode = engine::IpsecMode::tunnel;
  bool require = false;  // transport or nothing
  friend bool operator==(const TransformMode&, const TransformMode&) = default;
};
struct TransformEsn {
  friend bool operator==(const TransformEsn&, const TransformEsn&) = default;
};

}  // namespace parser
