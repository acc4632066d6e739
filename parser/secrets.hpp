// Keys of type 6: AES-GCM under the master key. Cisco's format is not public; ours is, in hexadecimal digits,
//
//     01 | IV (8 octets) | ciphertext | tag (16 octets)
//
// AES-256-GCM as in RFC 4106, with the 36 octets of key and salt that scrypt makes of the master key (engine/crypto/password.hpp,
// salt "sallyport type 6"); authenticated with it is that salt. The plaintext is one octet, 0 for a text and 1 for octets
// given in hexadecimal digits, the key, an octet 0x80, and zeros up to a multiple of 16, which hides the key's length.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/random.hpp"
#include "engine/secret.hpp"
#include "parser/commands.hpp"
#include "parser/parser.hpp"

namespace parser {

/// The shortest master key that is taken.
inline constexpr std::size_t shortest_master_key = 8;

/// None (default-constructed), or the present master key and those before it, with which the keys of old revisions can still be
/// opened. They are kept derived, not as they were typed. A value: changing gives another one.
class MasterKeys {
 public:
  MasterKeys() = default;
  bool present() const { return !keys_.empty(); }
  /// With `password` as the present key. Takes some 50 ms.
  MasterKeys changed_to(std::string_view password) const;

  /// There must be a present key.
  std::string seal(const KeyText& clear, engine::Rng& random) const;
  /// The key in clear text or hexadecimal digits; nullopt where no key of ours sealed it, or none is present.
  std::optional<KeyText> open(std::string_view sealed) const;
  bool sealed_by_present(std::string_view sealed) const;

  /// As the database keeps them: a line of hexadecimal digits a key, the present one first.
  std::string stored() const;
  static MasterKeys from_stored(std::string_view text);

 private:
  std::vector<std::shared_ptr<const engine::Secret>> keys_;  // the present one first
};

/// What a line orders about the master key, which is no part of the configuration. `key` empty: to be asked for.
struct MasterKeyOrder {
  bool remove = false;
  std::string key;
};
std::optional<MasterKeyOrder> master_key_order(const LineReport& report);

/// What lines became, by the header of their block and their own text.
using SealedLines = std::unordered_map<std::string, std::string>;

/// Under `password encryption aes` and a master key: clear keys and passwords become type 6, and what an earlier master key
/// sealed is sealed by the present one. Otherwise passwords become type 7 under `service password-encryption`. Secrets of which
/// hashes are kept become hashes in any case (parser/secret_hash.hpp). Blocks that are
/// the same object in `before` are not looked at; `before` must have come from here with the same keys, or be empty.
/// `sealed` is told which lines changed.
Configuration protect(const Configuration& configuration, const Configuration& before, const MasterKeys& keys,
                      engine::Rng& random, SealedLines* sealed = nullptr);

/// `configuration` protects more, or by another master key, than what was committed before it, `before`: what old revisions hold
/// is to be sealed as well.
bool sealing_begins(const Configuration& configuration, const Configuration& before, const MasterKeys& keys, bool new_master_key);

/// Seals lines of old revisions as protect() does those of `configuration`.
class LineSealer {
 public:
  /// `known`: what protect() made of the lines of `configuration`; the same lines become the same again.
  LineSealer(const Configuration& configuration, const MasterKeys& keys, engine::Rng& random, SealedLines known);
  /// A line without indentation below the blocks that `path` opens.
  std::string sealed(const std::vector<std::string>& path, const std::string& line);
  /// No line of the text has a secret.
  static bool passes(std::string_view text);

 private:
  const MasterKeys& keys_;
  engine::Rng& random_;
  bool type6_, type7_;
  SealedLines known_;
};

/// For whoever looks for a fault and must not have the keys: "stand-in-1", "stand-in-2" in their places, the same for the
/// same key. Lines that have no effect here and hold a secret are left out.
Configuration with_stand_ins(const Configuration& configuration, const MasterKeys& keys);

}  // namespace parser
