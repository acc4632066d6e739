// What is signed with a key pair of our own before any peer sees it: a request to a CA (PKCS#10, RFC 2986), and a certificate
// that signs itself.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/address.hpp"
#include "engine/bytes.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

/// What a certificate is to say about us. `subject`: attributes as they were typed, "CN" or "cn" and the like, the most specific
/// first, which is the last one of the encoded name.
struct SubjectWish {
  std::vector<std::pair<std::string, std::string>> subject;
  std::string fqdn, serial_number;  // unstructuredName and serialNumber behind the subject; empty: none
  std::vector<std::string> dns_names;
  std::vector<IpAddress> addresses;
  std::string challenge_password{};  // of a request to a CA (RFC 2985, 5.4.1); empty: none
};

/// "CN=gw,OU=VPN, O=Example Org" taken apart; a comma in a value stands behind a backslash or in quotes. Fails at what is no
/// attribute that there is.
Result<std::vector<std::pair<std::string, std::string>>> subject_of(const std::string& text);

/// `hash`: "sha256", "sha384", ... The request in DER.
Result<Bytes> make_request(const SubjectWish& wish, const Secret& pkcs8, const std::string& hash);

/// A certificate of the key itself, a CA's, valid from `from` to `until` (seconds since 1970). `serial`: a positive number.
Result<Bytes> make_self_signed(const SubjectWish& wish, const Secret& pkcs8, const std::string& hash, std::uint32_t serial,
                               std::int64_t from, std::int64_t until);

}  // namespace engine::crypto
