// Octet strings and bounded big-endian access to them.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Reads network byte order from a span. Every read checks what is left and answers nullopt, never past the end.
class Reader {
 public:
  explicit Reader(ByteView data) : data_(data) {}

  std::size_t left() const { return data_.size() - position_; }
  std::size_t position() const { return position_; }
  bool empty() const { return left() == 0; }

  std::optional<std::uint8_t> u8() { return number<std::uint8_t>(); }
  std::optional<std::uint16_t> u16() { return number<std::uint16_t>(); }
  std::optional<std::uint32_t> u32() { return number<std::uint32_t>(); }
  std::optional<std::uint64_t> u64() { return number<std::uint64_t>(); }

  /// The next `count` octets, or nullopt when fewer are left; valid as long as the span underneath.
  std::optional<ByteView> bytes(std::size_t count) {
    if (left() < count) return std::nullopt;
    ByteView out = data_.subspan(position_, count);
    position_ += count;
    return out;
  }
  /// Everything that is left.
  ByteView rest() {
    ByteView out = data_.subspan(position_);
    position_ = data_.size();
    return out;
  }

 private:
  template <class T>
  std::optional<T> number() {
    if (left() < sizeof(T)) return std::nullopt;
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>((std::uint64_t{value} << 8) | data_[position_ + i]);
    position_ += sizeof(T);
    return value;
  }
  ByteView data_;
  std::size_t position_ = 0;
};

/// Appends network byte order to a vector.
class Writer {
 public:
  /// Room for `count` octets in all, so that appending them allocates once.
  void reserve(std::size_t count) { out_.reserve(count); }
  void u8(std::uint8_t v) { out_.push_back(v); }
  void u16(std::uint16_t v) { number(v); }
  void u32(std::uint32_t v) { number(v); }
  void u64(std::uint64_t v) { number(v); }
  void bytes(ByteView v) { out_.insert(out_.end(), v.begin(), v.end()); }
  void zeros(std::size_t count) { out_.resize(out_.size() + count); }

  std::size_t size() const { return out_.size(); }
  /// Overwrites two octets written before (a length known only now). `at + 2 <= size()`.
  void patch_u16(std::size_t at, std::uint16_t v) {
    out_[at] = static_cast<std::uint8_t>(v >> 8);
    out_[at + 1] = static_cast<std::uint8_t>(v);
  }
  void patch_u32(std::size_t at, std::uint32_t v) {
    patch_u16(at, static_cast<std::uint16_t>(v >> 16));
    patch_u16(at + 2, static_cast<std::uint16_t>(v));
  }
  void patch_u8(std::size_t at, std::uint8_t v) { out_[at] = v; }
  Bytes take() { return std::move(out_); }
  ByteView view() const { return out_; }

 private:
  template <class T>
  void number(T v) {
    for (int shift = (sizeof(T) - 1) * 8; shift >= 0; shift -= 8) out_.push_back(static_cast<std::uint8_t>(v >> shift));
  }
  Bytes out_;
};

inline Bytes to_bytes(ByteView v) { return {v.begin(), v.end()}; }
inline ByteView as_bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Lower-case hexadecimal without separators.
std::string to_hex(ByteView v);
/// Accepts either case; nullopt for an odd count or a foreign character.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace engine
