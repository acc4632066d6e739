#include "cli/ios_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace cli {
namespace {

constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char buffer[128];
  const int length = std::snprintf(buffer, sizeof buffer, pattern, values...);
  return {buffer, static_cast<std::size_t>(std::clamp(length, 0, static_cast<int>(sizeof buffer) - 1))};
}

std::tm broken_down(const WallTime& time) {
  const std::time_t seconds = time.unix_milliseconds / 1000;
  std::tm out{};
  gmtime_r(&seconds, &out);
  return out;
}

const char* mark(const WallTime& time) { return time.state == ClockState::authoritative ? "" : "*"; }

}  // namespace

std::string ios_address(const engine::IpAddress& address) {
  std::string text = address.to_string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string ios_socket(const engine::SocketAddress& address) {
  const std::string ip = ios_address(address.ip);
  return (address.ip.is_v4() ? ip : "[" + ip + "]") + ":" + std::to_string(address.port);
}

std::string ios_slash_port(const engine::SocketAddress& address) {
  return ios_address(address.ip) + "/" + std::to_string(address.port);
}

std::string ios_mask(unsigned length) {
  const std::uint32_t bits = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  return engine::IpAddress::v4(bits).to_string();
}

std::string ios_network(const engine::TrafficSelector& selector) {
  const auto network = selector.prefix();
  if (!network) return ios_address(selector.first) + "-" + ios_address(selector.last);
  if (network->address.is_v4()) return ios_address(network->address) + "/" + ios_mask(network->length);
  return ios_address(network->address) + "/" + std::to_string(network->length);
}

std::uint16_t ios_port(const engine::TrafficSelector& selector) {
  return selector.ports.first == selector.ports.last ? selector.ports.first : 0;
}

std::string ios_protocol(const engine::TrafficSelector& selector) {
  switch (selector.protocol) {
    case 0:
      return selector.first.is_v4() ? "ip" : "ipv6";
    case 1:
      return "icmp";
    case 6:
      return "tcp";
    case 17:
      return "udp";
    default:
      return std::to_string(selector.protocol);
  }
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string right(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + std::string(text);
}
std::string right(std::uint64_t value, std::size_t width) { return right(std::to_string(value), width); }

std::string upper_hex(std::uint64_t value, unsigned digits) {
  return format("%0*llX", static_cast<int>(digits), static_cast<unsigned long long>(value));
}

std::string ios_spi(engine::EspSpi spi) { return "0x" + upper_hex(spi.value) + "(" + std::to_string(spi.value) + ")"; }

std::uint64_t seconds_of(engine::Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

std::string ios_uptime(engine::Duration duration) {
  const unsigned long long seconds = seconds_of(duration);
  const unsigned long long hours = seconds / 3600, whole_days = hours / 24;
  if (whole_days >= 7) return format("%lluw%llud", whole_days / 7, whole_days % 7);
  if (whole_days >= 1) return format("%llud%02lluh", whole_days, hours % 24);
  return format("%02llu:%02llu:%02llu", hours, seconds / 60 % 60, seconds % 60);
}

std::string ios_hours(engine::Duration duration) {
  const unsigned long long seconds = seconds_of(duration);
  return format("%02llu:%02llu:%02llu", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string short_interface(std::string_view name) {
  const auto number = name.find_first_of("0123456789");
  return std::string(name.substr(0, 2)) + std::string(number == std::string_view::npos ? "" : name.substr(number));
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const unsigned char c : text) {
    if (c >= 0x20 && c < 0x7f)
      out.push_back(static_cast<char>(c));
    else
      out += format("\\x%02x", static_cast<unsigned>(c));
  }
  return out;
}

std::string identity_text(const std::string& id) {
  const auto address = engine::IpAddress::parse(id);
  return address ? ios_address(*address) : escaped(id);
}

std::string log_stamp(const WallTime& time) {
  const std::tm t = broken_down(time);
  return format("%s%s %2d %02d:%02d:%02d.%03d", mark(time), months[static_cast<std::size_t>(t.tm_mon)], t.tm_mday, t.tm_hour,
                t.tm_min, t.tm_sec, static_cast<int>(time.unix_milliseconds % 1000));
}

std::string clock_text(const WallTime& time) {
  const std::tm t = broken_down(time);
  return format("%s%02d:%02d:%02d.%03d UTC %s %s %d %d", mark(time), t.tm_hour, t.tm_min, t.tm_sec,
                static_cast<int>(time.unix_milliseconds % 1000), days[static_cast<std::size_t>(t.tm_wday)],
                months[static_cast<std::size_t>(t.tm_mon)], t.tm_mday, 1900 + t.tm_year);
}

}  // namespace cli
