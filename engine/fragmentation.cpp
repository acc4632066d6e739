#include "engine/fragmentation.hpp"

#include <algorithm>

namespace engine {
namespace {

constexpr std::uint32_t usual_sizes[] = {1280, 576};  // IPv6's smallest MTU; what every IPv4 host takes (RFC 7383, 2.5.1)
constexpr std::uint32_t ipv6_least = 1280;

/// IP, UDP, and the non-ESP marker away from port 500.
std::uint32_t around(const SocketAddress& local) { return (local.ip.is_v4() ? 20u : 40u) + 8u + (local.port == 500 ? 0u : 4u); }

std::uint32_t least(const SocketAddress& local) { return local.ip.is_v4() ? usual_sizes[1] : ipv6_least; }

std::size_t room(const SocketAddress& local, std::uint32_t limit) { return limit > around(local) ? limit - around(local) : 0; }

std::size_t largest(const Parcel& parcel) {
  std::size_t out = 0;
  parcel.datagrams.each([&](const Bytes& datagram) { out = std::max(out, datagram.size()); });
  return out;
}

Failure useless(std::string why) { return {NotifyType::none, Cause::unusable_fragment, std::move(why)}; }

}  // namespace

Parcel seal_parcel(Channel& channel, const wire::Header& header, wire::EncodedPayloads inner, const SocketAddress& local,
                   std::uint32_t limit, bool fragments, Rng& rng) {
  Parcel out;
  out.limit = limit;
  if (fragments && channel.sealed_octets(inner.octets.size()) > room(local, limit))
    out.datagrams = channel.seal_fragments(header, inner, room(local, limit), rng);
  else
    out.datagrams.push_back(channel.seal(header, inner, rng));
  if (fragments && largest(out) > room(local, least(local))) out.contents = Parcel::Contents{header, std::move(inner)};
  return out;
}

std::uint32_t packet_octets(const SocketAddress& local, std::size_t datagram) {
  return std::max(static_cast<std::uint32_t>(datagram) + around(local), least(local));
}

bool cut_smaller(Parcel& parcel, Channel& channel, const SocketAddress& local, Rng& rng) {
  if (!parcel.contents) return false;
  for (const std::uint32_t size : usual_sizes) {
    if (size < least(local) || size >= parcel.limit || largest(parcel) <= room(local, size)) continue;
    parcel.limit = size;
    parcel.datagrams = channel.seal_fragments(parcel.contents->header, parcel.contents->inner, room(local, size), rng);
    return true;
  }
  return false;
}

const Reassembly::Partial* Reassembly::find(const Key& key) const {
  const auto it = std::find_if(messages_.begin(), messages_.end(), [&](const Partial& p) { return p.key == key; });
  return it == messages_.end() ? nullptr : &*it;
}

std::size_t Reassembly::octets() const {
  std::size_t out = 0;
  for (const Partial& partial : messages_) out += partial.octets;
  return out;
}

Status Reassembly::admits(const Key& key, const wire::EncryptedPayload& fragment) const {
  if (fragment.total > max_fragments)
    return useless("a message of " + std::to_string(fragment.total) + " fragments; at most " + std::to_string(max_fragments) +
                   " are taken");
  const Partial* partial = find(key);
  if (!partial || fragment.total > partial->total) return Done{};
  if (fragment.total < partial->total)
    return useless("fragment of " + std::to_string(fragment.total) + " where the message has " + std::to_string(partial->total));
  if (partial->have.test(fragment.fragment)) return useless("fragment " + std::to_string(fragment.fragment) + " is here already");
  return Done{};
}

std::optional<Reassembly::Whole> Reassembly::add(const Key& key, const wire::EncryptedPayload& fragment, Bytes contents,
                                                 ByteView datagram) {
  // The sender found its fragments too large and cut the message anew (RFC 7383, 2.6).
  if (const Partial* old = find(key); old && fragment.total > old->total) forget(key);
  const std::size_t before = octets();
  if (before + contents.size() > max_octets) {
    forget(key);
    return std::nullopt;
  }
  auto it = std::find_if(messages_.begin(), messages_.end(), [&](const Partial& p) { return p.key == key; });
  if (it == messages_.end()) {
    if (messages_.size() == max_messages) messages_.erase(messages_.begin());
    Partial fresh;
    fresh.key = key;
    fresh.total = fragment.total;
    fresh.pieces.resize(fragment.total);
    messages_.push_back(std::move(fresh));
    it = std::prev(messages_.end());
  }
  it->octets += contents.size();
  it->largest = std::max(it->largest, datagram.size());
  it->have.set(fragment.fragment);
  it->pieces[fragment.fragment - 1u] = std::move(contents);
  if (fragment.fragment == 1) {
    it->first = fragment.first_inner;
    it->digest = crypto::sha256({datagram});
  }
  if (++it->count < it->total) return std::nullopt;
  Whole whole{it->first, {}, std::move(it->digest), it->largest};
  whole.inner.reserve(it->octets);
  for (const Bytes& piece : it->pieces) whole.inner.insert(whole.inner.end(), piece.begin(), piece.end());
  messages_.erase(it);
  return whole;
}

void Reassembly::forget(const Key& key) {
  std::erase_if(messages_, [&](const Partial& p) { return p.key == key; });
}

}  // namespace engine
