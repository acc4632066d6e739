// What certificates need beside the configuration: key pairs of our own, which no line ever shows, and CRLs as they were fetched.
// A value: changing gives another one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "engine/secret.hpp"
#include "parser/pki_commands.hpp"

namespace parser {

class MasterKeys;

struct KeyPair {
  std::string label;
  PkiKeyKind kind = PkiKeyKind::rsa;
  unsigned bits = 0;
  bool exportable = false;
  std::int64_t generated = 0;  // seconds since 1970
  engine::Bytes public_key;    // SubjectPublicKeyInfo in DER
  /// PKCS#8 in DER, for the job runner and for what is signed or exported by command; null: it was sealed under a master key that
  /// is not here.
  std::shared_ptr<const engine::Secret> private_key;
  std::string sealed{};  // then: as it was
};
/// Of a private key in PKCS#8; nullopt where it is none that can be used.
std::optional<KeyPair> key_pair_of(std::string label, engine::Secret pkcs8, bool exportable, std::int64_t generated);

/// As the database keeps it.
struct StoredPki {
  struct Key {
    std::string label, kind;
    std::int64_t bits = 0, exportable = 0, generated = 0;
    std::string public_key;   // hexadecimal digits
    std::string private_key;  // "0 " and hexadecimal digits, or "6 " and the text of type 6
  };
  struct Crl {
    std::string trustpoint, der;  // hexadecimal digits
  };
  std::vector<Key> keys;
  std::vector<Crl> crls;
};

class PkiStore {
 public:
  using Pair = std::shared_ptr<const KeyPair>;

  /// By label.
  const std::map<std::string, Pair>& keys() const { return keys_; }
  /// Null where there is none.
  Pair key(const std::string& label) const;
  /// The pair with this public half, or null.
  Pair key_with(engine::ByteView public_key) const;
  PkiStore with(KeyPair pair) const;
  PkiStore without(const std::string& label) const;

  /// DER, by trustpoint.
  const std::map<std::string, engine::Bytes>& crls() const { return crls_; }
  PkiStore with_crl(const std::string& trustpoint, engine::Bytes der) const;

  /// Private keys of type 6 where there is a master key.
  StoredPki stored(const MasterKeys& master, engine::Rng& random) const;
  static PkiStore from_stored(const StoredPki& rows, const MasterKeys& master);

 private:
  std::map<std::string, Pair> keys_;
  std::map<std::string, engine::Bytes> crls_;
};

}  // namespace parser
