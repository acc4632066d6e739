// Distinguished names in words.
#pragma once

#include <string>

#include "engine/bytes.hpp"

namespace engine {

/// A Name in DER (RFC 5280, 4.1.2.4) as "cn=gw,o=Example,c=AT", the most specific first, as IOS has it. Octets that are not
/// printable, commas and backslashes as \xNN; attributes without a short name by their OID. Not a Name: all of it as \xNN.
std::string x500_text(ByteView name);

}  // namespace engine
