// Keys from passwords.
#pragma once

#include <string_view>

#include "engine/secret.hpp"

namespace engine::crypto {

/// scrypt (RFC 7914) with N 16384, r 8, p 1: slow on purpose, some 50 ms and 16 MiB. `octets` is the length of the key.
Secret scrypt(ByteView password, ByteView salt, std::size_t octets);

}  // namespace engine::crypto
