// Passwords of type 7: hidden from a glance, and from nothing else. `service password-encryption` writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parser {

/// The password in type 7: two decimal digits that say where in a fixed text the octets' masks begin, then the octets in
/// hexadecimal digits. The same password always gives the same text, so that entering it again changes nothing.
std::string type7_encoded(std::string_view clear);
/// The password; nullopt where the text is not of type 7.
std::optional<std::string> type7_decoded(std::string_view text);

}  // namespace parser
