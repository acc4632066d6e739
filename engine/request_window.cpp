#include "engine/request_window.hpp"

#include <algorithm>

namespace engine {

bool OwnRequests::has_room(std::size_t reserved) const {
  const std::uint64_t lowest = open_.empty() ? next_ : open_.front().id.value;
  return next_ + reserved - lowest < window && next_ + reserved < last_message_id.value;
}

void OwnRequests::add(Outstanding request) {
  request.id = next();
  ++next_;
  open_.push_back(std::move(request));
}

Outstanding* OwnRequests::find(MessageId id) {
  const auto it = std::find_if(open_.begin(), open_.end(), [&](const Outstanding& o) { return o.id == id; });
  return it == open_.end() ? nullptr : &*it;
}

Outstanding* OwnRequests::find(MessageId id, wire::ExchangeType exchange) {
  Outstanding* request = find(id);
  return request && request->exchange == exchange ? request : nullptr;
}

void OwnRequests::close(MessageId id) {
  std::erase_if(open_, [&](const Outstanding& o) { return o.id == id; });
}

bool PeerRequests::expects(MessageId id) const {
  // What is still being computed cannot have been answered: it holds the window where it is.
  const auto open = std::find_if(answers_.begin(), answers_.end(), [](const Answer& a) { return a.parcel.empty(); });
  const std::uint64_t from = open == answers_.end() ? lowest_ : std::min<std::uint64_t>(lowest_, open->id.value);
  if (id.value < lowest_ || id.value - from >= window) return false;
  return std::none_of(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.id == id; });
}

Answer& PeerRequests::begin(MessageId id, ByteView digest, const SocketAddress& local, const SocketAddress& remote) {
  const std::uint64_t highest = answers_.empty() ? id.value : std::max(answers_.back().id.value, id.value);
  std::erase_if(answers_, [&](const Answer& a) { return a.id.value + std::uint64_t{window} <= highest; });
  const auto after = std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.id > id; });
  Answer& added = *answers_.insert(after, Answer{id, {}, local, remote, {}});
  std::copy_n(digest.begin(), std::min(digest.size(), added.digest.size()), added.digest.begin());
  for (const Answer& a : answers_)
    if (a.id.value == lowest_) ++lowest_;
  return added;
}

void PeerRequests::leave(const IpAddress& gone, const SocketAddress& local, const SocketAddress& remote) {
  for (Answer& answer : answers_) {
    if (answer.local.ip != gone) continue;
    answer.local = local;
    answer.remote = remote;
  }
}

Answer* PeerRequests::find(MessageId id) {
  const auto it = std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.id == id; });
  return it == answers_.end() ? nullptr : &*it;
}

}  // namespace engine
