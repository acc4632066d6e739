// The MD5 of a file (RFC 1321), by which copies of it are compared: against accidents, not against an opponent.
#pragma once

#include <string>
#include <string_view>

namespace engine::crypto {

/// 32 hexadecimal digits.
std::string md5_text(std::string_view octets);

}  // namespace engine::crypto
