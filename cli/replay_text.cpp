#include "cli/replay_text.hpp"

#include <charconv>
#include <cstdio>

namespace cli {
namespace {

bool plain(unsigned char c) { return c > ' ' && c < 0x7f && c != '%'; }

struct JobWords {
  WordWriter& out;
  void operator()(const engine::crypto::DhJob& job) const {
    out.word("dh");
    out.put(job.group);
    out.put(job.step);
    out.put(job.peer_public);
  }
  void operator()(const engine::crypto::PskAuthJob& job) const {
    out.word("psk");
    out.put(job.prf);
  }
  void operator()(const engine::crypto::PpkJob& job) const {
    out.word("ppk");
    out.put(job.prf);
  }
  template <class Other>
  void operator()(const Other&) const {
    out.word("unplayable");
  }
};

template <class T>
bool read_as(std::string_view name, WordReader& words, std::optional<engine::Event>& out) {
  if constexpr (Shaped<T>) {
    if (name != shape(static_cast<const T*>(nullptr)).name) return false;
    T value{};
    words.get(value);
    if (words.ok() && words.at_end()) out = std::move(value);
    return true;
  }
  return false;
}

template <class... T>
std::optional<engine::Event> read_one(std::string_view name, WordReader& words, const std::variant<T...>*) {
  std::optional<engine::Event> out;
  (void)(read_as<T>(name, words, out) || ...);
  return out;
}

}  // namespace

void WordWriter::put(const std::string& text) {
  std::string coded = "=";
  for (const char c : text) {
    char hex[4];
    if (plain(static_cast<unsigned char>(c))) {
      coded += c;
    } else {
      std::snprintf(hex, sizeof hex, "%%%02x", static_cast<unsigned char>(c));
      coded += hex;
    }
  }
  word(coded);
}

std::string_view WordReader::word() {
  while (!left_.empty() && left_.front() == ' ') left_.remove_prefix(1);
  const std::size_t end = std::min(left_.find(' '), left_.size());
  const std::string_view out = left_.substr(0, end);
  left_.remove_prefix(end);
  if (out.empty()) ok_ = false;
  return out;
}

unsigned long long WordReader::number() {
  const std::string_view text = word();
  unsigned long long out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) ok_ = false;
  return out;
}

void WordReader::get(std::string& text) {
  const std::string_view coded = word();
  if (!coded.starts_with('=')) {
    ok_ = false;
    return;
  }
  text.clear();
  for (std::size_t i = 1; i < coded.size(); ++i) {
    const auto octet = coded[i] == '%' ? engine::from_hex(coded.substr(i + 1, 2)) : std::nullopt;
    text += octet && !octet->empty() ? static_cast<char>(octet->front()) : coded[i];
    if (coded[i] == '%') i += 2;
  }
}

void WordReader::get(engine::Bytes& octets) {
  const std::string_view hex = word();
  const auto read = engine::from_hex(hex == "-" ? std::string_view() : hex);
  if (read)
    octets = *read;
  else
    ok_ = false;
}

void WordReader::get(engine::IpAddress& address) {
  const auto read = engine::IpAddress::parse(word());
  if (read)
    address = *read;
  else
    ok_ = false;
}

std::string line_of(const engine::StartJob& job) {
  WordWriter out;
  out.put(job.id);
  std::visit(JobWords{out}, job.job);
  return "job" + out.text();
}

std::optional<engine::Event> event_of(std::string_view name, WordReader& words) {
  return read_one(name, words, static_cast<const engine::Event*>(nullptr));
}

}  // namespace cli
