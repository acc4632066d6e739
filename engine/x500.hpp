// Distinguished names in words.
#pragma once

#include <string>
#include <string_view>

#include "engine/bytes.hpp"

namespace engine {

/// A Name in DER (RFC 5280, 4.1.2.4) as "cn=gw,o=Example,c=AT", the most specific first, as IOS has it. Octets that are not
/// printable, commas and backslashes as \xNN; attributes without a short name by their OID. Not a Name: all of it as \xNN.
std::string x500_text(ByteView name);
/// The first value of such an attribute of a name in words: "gw" of "cn=gw,o=Example" and "cn"; empty: it has none.
std::string x500_part(std::string_view text, std::string_view attribute);

}  // namespace engine
