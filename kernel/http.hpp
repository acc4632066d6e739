// HTTP as CAs speak it (RFC 9112): one GET or POST a connection, no TLS, no redirects. What is fetched is signed, or it is worth
// nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/bytes.hpp"
#include "engine/ids.hpp"
#include "engine/result.hpp"

namespace kernel::http {

struct Url {
  std::string host;  // without brackets
  std::uint16_t port = 80;
  std::string path;       // from the slash on, with the query
  std::string authority;  // as it stands in the URL, for Host
};
/// nullopt: not http, or with something in it that belongs into no request.
std::optional<Url> parse_url(std::string_view text);

struct Request {
  std::string url;
  engine::Bytes body{};                                  // empty: GET
  std::string content_type{};                            // of the body
  std::size_t max_octets = 65536;                        // of what is taken as the answer's body
  engine::Duration patience = std::chrono::seconds(10);  // with all of it
};

/// The body of a whole response with status 200. `closed`: nothing will follow, so a body without a length is complete.
/// nullopt: more is to come.
std::optional<engine::Result<engine::Bytes>> parse_response(engine::ByteView octets, bool closed, std::size_t max_octets);

/// Blocks for at most as long as the request says (and the resolver as long as it likes).
engine::Result<engine::Bytes> fetch(const Request& request);

}  // namespace kernel::http
