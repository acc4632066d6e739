// What a verdict about certificates needs beside them: revocation lists and OCSP responses, had by HTTP. Values: whoever carries
// out jobs fetches them (kernel/peer_verifier.hpp).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/pki.hpp"

namespace engine::crypto {

/// Where to get something, and under which name it is kept.
struct Fetch {
  std::string key;  // of a list its URL; of an OCSP response the responder's, and which certificate it is about
  std::string url;
  Bytes body{};   // an OCSP request, for POST; empty: GET
  Bytes nonce{};  // in the body
};

/// What came of it.
struct Document {
  std::string url;
  Bytes octets{};
  std::string failure{};  // why there are none
  Bytes nonce{};          // that was asked with
  WallTime at = 0;        // when it came
};
using DocumentPtr = std::shared_ptr<const Document>;
using Documents = std::map<std::string, DocumentPtr>;

/// Larger ones are not read.
inline constexpr std::size_t max_list_octets = 8U << 20, max_ocsp_octets = 65536;
/// What was fetched so many seconds ago and was no help is fetched again.
inline constexpr WallTime no_help_for = 60;
/// URLs of one certificate that are looked at.
inline constexpr std::size_t max_urls = 4;

struct Inquiry {
  std::shared_ptr<const Documents> documents = std::make_shared<const Documents>();
  Bytes nonce{};                    // for OCSP requests, 16 random octets
  WallTime begun = 0;               // what came since then is new
  std::vector<Bytes> sent_along{};  // OCSP responses of the peer's own
  std::vector<Fetch> wanted{};      // out: of trusted certificates alone

  /// Null: nothing is known.
  DocumentPtr find(const std::string& key) const {
    const auto hit = documents->find(key);
    return hit == documents->end() ? nullptr : hit->second;
  }
};

}  // namespace engine::crypto
