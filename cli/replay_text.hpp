// Events and actions as lines of text, for a recording of the engine's inputs and for whoever replays it. What a value has is
// said once, by `shape()`, and goes both ways. Keys are in none of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "engine/event.hpp"

namespace cli {

template <class... Members>
struct Shape {
  const char* name;
  std::tuple<Members...> members;
};
template <class... Members>
constexpr Shape<Members...> shape_of(const char* name, Members... members) {
  return {name, {members...}};
}

// clang-format off
constexpr auto shape(const engine::Prefix*) { using T = engine::Prefix; return shape_of("", &T::address, &T::length); }
constexpr auto shape(const engine::SocketAddress*) { using T = engine::SocketAddress; return shape_of("", &T::ip, &T::port); }
constexpr auto shape(const engine::PortRange*) { using T = engine::PortRange; return shape_of("", &T::first, &T::last); }
constexpr auto shape(const engine::TrafficSelector*) { using T = engine::TrafficSelector; return shape_of("", &T::protocol, &T::ports, &T::first, &T::last); }
constexpr auto shape(const engine::SelectorPair*) { using T = engine::SelectorPair; return shape_of("", &T::local, &T::remote); }
constexpr auto shape(const engine::PeerName*) { using T = engine::PeerName; return shape_of("", &T::name, &T::family); }
constexpr auto shape(const engine::Failure*) { using T = engine::Failure; return shape_of("failure", &T::notify, &T::cause, &T::why, &T::data); }

constexpr auto shape(const engine::InterfaceState*) { using T = engine::InterfaceState; return shape_of("", &T::name, &T::up, &T::addresses, &T::mtu); }
constexpr auto shape(const engine::InterfacesChanged*) { return shape_of("interfaces", &engine::InterfacesChanged::interfaces); }
constexpr auto shape(const engine::Resolved*) { using T = engine::Resolved; return shape_of("resolved", &T::name, &T::addresses, &T::failure); }
constexpr auto shape(const engine::Acquire*) { using T = engine::Acquire; return shape_of("acquire", &T::line, &T::packet); }
constexpr auto shape(const engine::InstallFailed*) { using T = engine::InstallFailed; return shape_of("install-failed", &T::child, &T::why); }
constexpr auto shape(const engine::Expire*) { using T = engine::Expire; return shape_of("expire", &T::child, &T::kind); }
constexpr auto shape(const engine::InboundSeen*) { return shape_of("inbound-seen", &engine::InboundSeen::child); }
constexpr auto shape(const engine::OutboundSeen*) { return shape_of("outbound-seen", &engine::OutboundSeen::child); }
constexpr auto shape(const engine::PeerMoved*) { using T = engine::PeerMoved; return shape_of("peer-moved", &T::child, &T::remote); }
constexpr auto shape(const engine::UnknownSpi*) { using T = engine::UnknownSpi; return shape_of("unknown-spi", &T::spi, &T::local, &T::remote); }
constexpr auto shape(const engine::Clear*) { using T = engine::Clear; return shape_of("clear", &T::what, &T::peer); }
constexpr auto shape(const engine::DebugWanted*) { return shape_of("debug-wanted", &engine::DebugWanted::packets); }
constexpr auto shape(const engine::CaptureWanted*) { return shape_of("capture-wanted", &engine::CaptureWanted::keys); }
constexpr auto shape(const engine::Lease*) { using T = engine::Lease; return shape_of("", &T::pool, &T::address, &T::holder); }
constexpr auto shape(const engine::Leased*) { return shape_of("leased", &engine::Leased::leases); }
constexpr auto shape(const engine::OwnStatus*) { using T = engine::OwnStatus; return shape_of("own-status", &T::trustpoint, &T::response); }
constexpr auto shape(const engine::radius::Order*) { using T = engine::radius::Order; return shape_of("", &T::disconnect, &T::session, &T::user, &T::framed, &T::session_seconds); }
constexpr auto shape(const engine::Ordered*) { using T = engine::Ordered; return shape_of("ordered", &T::number, &T::order); }
constexpr auto shape(const engine::Shutdown*) { return shape_of("shutdown"); }

constexpr auto shape(const engine::SendKeepalive*) { using T = engine::SendKeepalive; return shape_of("keepalive", &T::local, &T::remote); }
constexpr auto shape(const engine::Resolve*) { return shape_of("resolve", &engine::Resolve::name); }
constexpr auto shape(const engine::PolicyLine*) { using T = engine::PolicyLine; return shape_of("", &T::id, &T::action, &T::selectors, &T::mode, &T::local, &T::peer); }
constexpr auto shape(const engine::SetPolicy*) { using T = engine::SetPolicy; return shape_of("policy", &T::interface, &T::lines); }
constexpr auto shape(const engine::SaParameters*) { using T = engine::SaParameters; return shape_of("", &T::spi, &T::encryption, &T::integrity, &T::extended_sequence_numbers); }
constexpr auto shape(const engine::ChildSaFacts*) { using T = engine::ChildSaFacts; return shape_of("", &T::child, &T::line, &T::interface, &T::selectors, &T::mode, &T::local, &T::remote, &T::udp_encapsulated, &T::soft_permille, &T::replay_window, &T::lifetime_kilobytes); }
constexpr auto shape(const engine::AddInbound*) { using T = engine::AddInbound; return shape_of("inbound", &T::facts, &T::sa); }
constexpr auto shape(const engine::AddOutbound*) { using T = engine::AddOutbound; return shape_of("outbound", &T::facts, &T::sa); }
constexpr auto shape(const engine::RemoveChild*) { return shape_of("remove", &engine::RemoveChild::child); }
constexpr auto shape(const engine::MoveChild*) { using T = engine::MoveChild; return shape_of("move", &T::child, &T::local, &T::remote, &T::udp_encapsulated); }
constexpr auto shape(const engine::SetInterface*) { using T = engine::SetInterface; return shape_of("interface", &T::interface, &T::copy_of, &T::addresses, &T::routes, &T::gone); }
constexpr auto shape(const engine::KeepLease*) { using T = engine::KeepLease; return shape_of("lease", &T::lease, &T::forgotten); }
constexpr auto shape(const engine::radius::OrderResult*) { return shape_of("", &engine::radius::OrderResult::sessions); }
constexpr auto shape(const engine::OrderDone*) { using T = engine::OrderDone; return shape_of("order-done", &T::number, &T::result); }
constexpr auto shape(const engine::ExportKeys*) { using T = engine::ExportKeys; return shape_of("keys", &T::spi_i, &T::spi_r, &T::encryption, &T::integrity); }
constexpr auto shape(const engine::Notice*) { using T = engine::Notice; return shape_of("notice", &T::kind, &T::cause, &T::sa, &T::child, &T::local, &T::remote, &T::spi_i, &T::spi_r, &T::exchange, &T::response, &T::initiator, &T::message_id, &T::payloads, &T::notifies, &T::text); }
// clang-format on

template <class T>
concept Shaped = requires(const T* value) {
  shape(value);
};
template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T>;

/// Words with a blank in front of each.
class WordWriter {
 public:
  const std::string& text() const { return out_; }
  void word(std::string_view word) { out_.append(1, ' ').append(word); }

  template <Number T>
  void put(T value) {
    word(std::to_string(static_cast<unsigned long long>(value)));
  }
  template <class Tag, class N>
  void put(engine::Strong<Tag, N> value) {
    put(value.value);
  }
  void put(const std::string& text);
  void put(const engine::Bytes& octets) { word(octets.empty() ? "-" : engine::to_hex(octets)); }
  void put(const engine::IpAddress& address) { word(address.to_string()); }
  void put(const engine::Algorithm* algorithm) { word(algorithm ? algorithm->debug_name : "-"); }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(values.size());
    for (const T& value : values) put(value);
  }
  template <Shaped T>
  void put(const T& value) {
    std::apply([&](auto... members) { (put(value.*members), ...); }, shape(&value).members);
  }

 private:
  std::string out_;
};

/// The way back. What does not fit makes `ok()` false for good, and leaves values as they are.
class WordReader {
 public:
  explicit WordReader(std::string_view text) : left_(text) {}
  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }
  /// The next word; empty: there is none.
  std::string_view word();

  template <Number T>
  void get(T& value) {
    value = static_cast<T>(number());
  }
  template <class Tag, class N>
  void get(engine::Strong<Tag, N>& value) {
    get(value.value);
  }
  void get(std::string& text);
  void get(engine::Bytes& octets);
  void get(engine::IpAddress& address);
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    if (there) get(value.emplace());
  }
  template <class T>
  void get(std::vector<T>& values) {
    std::size_t count = 0;
    get(count);
    for (std::size_t i = 0; i < count && ok_ && !at_end(); ++i) get(values.emplace_back());
  }
  template <Shaped T>
  void get(T& value) {
    std::apply([&](auto... members) { (get(value.*members), ...); }, shape(&value).members);
  }

 private:
  unsigned long long number();
  std::string_view left_;
  bool ok_ = true;
};

/// "acquire 3 ...": of an event that has a shape; ConfigChanged, Datagram and JobDone are written by cli/input_log.
template <Shaped T>
std::string line_of(const T& value) {
  WordWriter out;
  out.put(value);
  return shape(&value).name + out.text();
}
/// Of an action; a job is told by what it is, and SendDatagram by cli/input_log.
std::string line_of(const engine::StartJob& job);
/// The event of that name with those words; nullopt: it is none that has a shape, or does not fit.
std::optional<engine::Event> event_of(std::string_view name, WordReader& words);

}  // namespace cli
