// MD5 and HMAC-MD5, for RADIUS alone (RFC 2865, RFC 3579).
#pragma once

#include <initializer_list>

#include "engine/bytes.hpp"

namespace engine::crypto {

Bytes md5(std::initializer_list<ByteView> parts);
Bytes hmac_md5(ByteView key, ByteView octets);

}  // namespace engine::crypto
