// Secrets of users and of `enable` are kept as hashes, in the forms that routers print and that password crackers' test vectors
// have: type 5 is MD5-crypt of crypt(3), type 8 PBKDF2 with SHA-256 and 20,000 iterations, type 9 scrypt with N 16384, r 1, p 1;
// the latter two "$8$" or "$9$", 14 characters of salt, "$" and 43 of the hash, in base64 with the alphabet of crypt(3).
#pragma once

#include <string>
#include <string_view>

#include "engine/random.hpp"

namespace parser {

enum class HashType : char { md5 = '5', pbkdf2 = '8', scrypt = '9' };

/// "$9$...", with a fresh salt; a few milliseconds.
std::string hashed_secret(HashType type, std::string_view clear, engine::Rng& random);

/// `stored` is a hash of one of these types, and of `clear`.
bool is_hash_of(std::string_view stored, std::string_view clear);

}  // namespace parser
