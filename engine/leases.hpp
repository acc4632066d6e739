// Which addresses of which pools are whose. One address is never two clients'; whoever comes back gets the one he had while
// nobody else has needed it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/access.hpp"

namespace engine {

struct PoolUse {
  std::uint64_t in_use = 0, remembered = 0;  // remembered: nobody's at present
  friend bool operator==(const PoolUse&, const PoolUse&) = default;
};

class Leases {
 public:
  /// What a lease became: to be kept, or not any more.
  struct Change {
    Lease lease;
    bool forgotten = false;
  };

  /// An address for `holder`: the one it had last, else `wish`, else one that nobody had, else the one that was given back
  /// longest ago; a free one of the pool in any case. Nullopt: all are in use, or spared. What is to be kept goes to `changes`.
  std::optional<IpAddress> take(const AddressPool& pool, const std::string& holder, const std::optional<IpAddress>& wish,
                                std::vector<Change>& changes, Time now = Time::max());
  /// It is nobody's now. A pool that is made of very many addresses does not remember them all.
  void give_back(const std::string& pool, const IpAddress& address, std::vector<Change>& changes);
  /// An address that somebody else assigns is `holder`'s now; false: it is another one's already.
  bool claim(const IpAddress& address, std::string holder = {});
  void unclaim(const IpAddress& address) { claimed_.erase(address); }
  /// What was kept, in the order it was given: none of it is in use, and nobody else gets any of it before `spared_until`.
  void restore(const std::vector<Lease>& kept, Time spared_until = Time::min());
  /// Addresses that are nobody's to have, though a pool holds them: our own. Replaces what was said before.
  void block(std::set<IpAddress> own) { blocked_ = std::move(own); }

  PoolUse use_of(const std::string& pool) const;
  /// Of the pool, but assigned by somebody else.
  std::vector<Lease> claimed_of(const AddressPool& pool) const;
  /// In use, by address; the most that are wanted.
  std::vector<Lease> in_use(const std::string& pool, std::size_t most) const;

 private:
  struct Known {
    std::string holder;
    std::optional<std::uint64_t> idle;  // since when, as a number that grows; nullopt: in use
    bool restored = false;              // not in use since
  };
  struct Pool {
    std::map<IpAddress, Known> known;
    std::map<std::string, IpAddress> last;                   // by holder
    std::set<std::pair<std::uint64_t, IpAddress>> returned;  // oldest first
    std::vector<AddressRange> ranges;                        // that `next` is about
    std::size_t range = 0;
    std::optional<IpAddress> next;  // addresses of `ranges` before it were all given once
    std::uint64_t in_use = 0;
  };
  std::optional<IpAddress> fresh(const AddressPool& pool, Pool& here) const;
  bool barred(const IpAddress& address) const { return claimed_.contains(address) || blocked_.contains(address); }
  static void forget(Pool& here, const IpAddress& address);
  std::map<std::string, Pool> pools_;
  std::map<IpAddress, std::string> claimed_;
  std::set<IpAddress> blocked_;
  Time spared_until_ = Time::min();
  std::uint64_t clock_ = 0;
};

}  // namespace engine
