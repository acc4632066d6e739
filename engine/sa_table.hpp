// All IKE SAs, found by what identifies them and by when they want to be woken.
#pragma once

#include <map>

#include "engine/flat_map.hpp"
#include "engine/ike_sa.hpp"

namespace engine {

/// SAs that have a number in common: a list through the SAs themselves, so that one more costs no allocation.
class SaSiblings {
 public:
  explicit SaSiblings(SaLink SaPlace::*link) : link_(link) {}
  void add(std::uint64_t number, IkeSa& sa);
  void remove(std::uint64_t number, IkeSa& sa);
  /// In the order they were made.
  std::vector<IkeSa*> under(std::uint64_t number) const;

 private:
  SaLink SaPlace::*link_;
  FlatMap<std::uint64_t, IkeSa*> first_;
};

/// SAs by their deadline: a heap, each knowing its place in it.
class SaDeadlines {
 public:
  /// `at` is Time::max(): it has none.
  void set(IkeSa& sa, Time at);
  std::optional<Time> earliest() const;
  std::vector<IkeSaId> due(Time now) const;

 private:
  static constexpr std::size_t width = 4;  // children of an entry
  struct Entry {
    Time at;
    IkeSa* sa;
  };
  void put(std::size_t place, Entry entry);
  void up(std::size_t place, Entry entry);
  void down(std::size_t place, Entry entry);
  std::vector<Entry> entries_;
};

class SaTable {
 public:
  IkeSa& add(std::unique_ptr<IkeSa> sa);
  void erase(IkeSaId id);
  IkeSa* find(IkeSaId id);
  IkeSa* find_by_spi(IkeSpi local);
  /// The responder's SA that a repeated IKE_SA_INIT belongs to: SPIr is still zero there (RFC 7296, 2.1).
  IkeSa* find_half_open(IkeSpi spi_i, const SocketAddress& remote);
  /// The SAs whose peer has this address; in the order they were made.
  std::vector<IkeSa*> of_peer(const IpAddress& remote);
  /// The established SAs whose peer calls itself so; in the order they were made.
  std::vector<IkeSa*> of_identity(const Identity& remote);
  /// To be called after each event for every SA that it may have changed: what it is found by, and its deadline.
  void follow(IkeSa& sa);
  /// SAs of which we are the initiator and which are not authenticated yet.
  std::uint32_t outgoing() const { return outgoing_; }
  /// SAs whose peer is authenticated, and that are not at their end.
  std::uint32_t established() const { return established_; }
  /// The earliest deadline of any SA; nullopt: none has one.
  std::optional<Time> next_deadline() const { return deadlines_.earliest(); }
  /// Whose deadline has come, earliest first.
  std::vector<IkeSaId> due(Time now) const { return deadlines_.due(now); }
  /// In the order they were made.
  const std::map<IkeSaId, std::unique_ptr<IkeSa>>& all() const { return sas_; }

 private:
  void place_at(IkeSa& sa, std::uint64_t peer, std::uint64_t identity, Time deadline, bool outgoing);

  std::map<IkeSaId, std::unique_ptr<IkeSa>> sas_;
  FlatMap<IkeSpi, IkeSa*> by_spi_;
  FlatMap<std::uint64_t, IkeSa*> by_beginning_;      // of which we are the responder, by hash of SPIi and where it came from
  SaSiblings by_peer_{&SaPlace::same_peer};          // by hash of its address
  SaSiblings by_identity_{&SaPlace::same_identity};  // by its hash
  SaDeadlines deadlines_;
  std::uint32_t outgoing_ = 0, established_ = 0;
};

}  // namespace engine
