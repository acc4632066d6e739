// By what names certificates and keys go in a configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parser {

struct Node;

/// The name of the router with its domain: "gw.example.net"; "gw" without `ip domain name`.
std::string router_name(const Node& root);
/// The label of the key pair of a trustpoint: what `eckeypair` or `rsakeypair` says, else the router's name.
std::string key_label(const Node& trustpoint, const Node& root);
/// The block of a trustpoint, or null.
const Node* trustpoint_block(const Node& root, std::string_view name);
/// The block of its certificates, or null.
const Node* chain_block(const Node& root, std::string_view name);

/// "Jan 1 2030", "1 Jan 2030 12:00:00", "12:00:00 UTC Jan 1 2030" as seconds since 1970, UTC.
std::optional<std::int64_t> seconds_of_date(std::string_view text);

}  // namespace parser
