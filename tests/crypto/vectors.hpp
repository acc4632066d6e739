// Known answers: files of `key = hex` lines, a record a paragraph, in tests/crypto/vectors.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "engine/algorithms.hpp"
#include "engine/bytes.hpp"
#include "engine/crypto/prf.hpp"

namespace engine::crypto::test {

class Record {
 public:
  void put(const std::string& key, Bytes value) { fields_[key] = std::move(value); }
  bool has(const std::string& key) const { return fields_.count(key) != 0; }
  bool empty() const { return fields_.empty(); }
  /// A field that is not there fails the test and reads as empty.
  Bytes operator[](const std::string& key) const {
    EXPECT_TRUE(has(key)) << "no field " << key;
    return has(key) ? fields_.at(key) : Bytes{};
  }

 private:
  std::map<std::string, Bytes> fields_;
};

/// All records of a file; none of it, or a line that is no record, fails the test.
inline std::vector<Record> records(const std::string& name) {
  std::ifstream in(std::string(SOURCE_DIR) + "/tests/crypto/vectors/" + name + ".txt");
  std::vector<Record> out;
  Record record;
  const auto finish = [&] {
    if (!record.empty()) out.push_back(std::move(record));
    record = {};
  };
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) finish();
    if (line.empty() || line[0] == '#') continue;
    const std::size_t at = line.find(" =");
    const auto value =
        at == std::string::npos ? std::nullopt : from_hex(std::string_view(line).substr(std::min(at + 3, line.size())));
    if (!value) ADD_FAILURE() << name << ": " << line;
    record.put(line.substr(0, at), value.value_or(Bytes{}));
  }
  finish();
  EXPECT_FALSE(out.empty()) << "no vectors in " << name;
  return out;
}

inline const Algorithm& row(TransformType type, std::uint16_t id, std::uint16_t key_bits = 0) {
  const Algorithm* found = find_algorithm(type, id, key_bits);
  EXPECT_NE(found, nullptr) << "type " << static_cast<int>(type) << " id " << id;
  return found != nullptr ? *found : algorithms().front();
}

inline constexpr std::uint16_t hmac_prf_ids[] = {2, 5, 6, 7};
/// "sha256" for the PRF of that hash.
inline std::string hash_name(const Algorithm& prf) { return std::string(prf.ike_keyword); }

/// SK_d, SK_ai, ... in the order of RFC 7296, 2.14.
inline Bytes in_order(const IkeKeys& keys) {
  Writer out;
  for (const Secret* key : {&keys.d, &keys.ai, &keys.ar, &keys.ei, &keys.er, &keys.pi, &keys.pr}) out.bytes(key->expose());
  return out.take();
}
/// SK_ei, SK_ai, SK_er, SK_ar in the order of RFC 7296, 2.17.
inline Bytes in_order(const ChildKeys& keys) {
  Writer out;
  for (const Secret* key : {&keys.encryption_i, &keys.integrity_i, &keys.encryption_r, &keys.integrity_r})
    out.bytes(key->expose());
  return out.take();
}

}  // namespace engine::crypto::test
