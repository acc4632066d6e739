// Values from text, for tests that write them down: whatever is wrong in it ends the test program.
#pragma once

#include <string_view>

#include "engine/address.hpp"
#include "engine/bytes.hpp"

namespace values {

inline engine::IpAddress ip(std::string_view text) { return engine::IpAddress::parse(text).value(); }
inline engine::Bytes hex(std::string_view digits) { return engine::from_hex(digits).value(); }

}  // namespace values
