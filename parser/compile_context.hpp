// What the files of the compiler share: the configuration being read, the parts and keys of the previous snapshot, and
// the warnings. Nothing outside parser/compile*.cpp includes this.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/access.hpp"
#include "engine/crypto/jobs.hpp"
#include "engine/pki.hpp"
#include "parser/compile.hpp"
#include "parser/configuration.hpp"

namespace parser {

/// Equal in value; what a part refers to counts as equal only if it is the same object.
template <class T>
bool same_part(const T& a, const T& b) {
  return a == b;
}
bool same_part(const engine::IkePolicy& a, const engine::IkePolicy& b);
bool same_part(const engine::IkeProfile& a, const engine::IkeProfile& b);
bool same_part(const engine::CryptoMapEntry& a, const engine::CryptoMapEntry& b);

/// The previous snapshot's parts of one kind by name; looked through when the first one is asked for.
template <class T>
class PreviousParts {
 public:
  void look_through(std::function<void(PreviousParts&)> them) { look_ = std::move(them); }
  void remember(const std::string& name, const std::shared_ptr<const T>& part) {
    if (part && seen_.insert(part.get()).second) parts_.emplace(name, part);
  }
  /// The previous part of this name if it has the same value, otherwise a new one.
  std::shared_ptr<const T> share(const std::string& name, T fresh) {
    if (look_) std::exchange(look_, nullptr)(*this);
    const auto [begin, end] = parts_.equal_range(name);
    for (auto it = begin; it != end; ++it)
      if (same_part(*it->second, fresh)) return it->second;
    return std::make_shared<const T>(std::move(fresh));
  }

 private:
  std::function<void(PreviousParts&)> look_;
  std::unordered_multimap<std::string, std::shared_ptr<const T>> parts_;
  std::unordered_set<const T*> seen_;
};

/// Gives keys their KeyRef: the same octets keep theirs from the previous snapshot, new octets get a number never used in
/// this line of snapshots.
class KeyBook {
 public:
  explicit KeyBook(const Compiled* previous);
  engine::KeyRef ref(engine::Secret key);
  /// A key of the previous snapshot is one of this one too.
  void keep(engine::KeyRef ref) {
    if (ref.value != 0) used_.push_back(ref.value);
  }
  std::uint64_t last() const { return last_; }
  /// The previous store when it holds exactly the keys asked for. Call once, at the end.
  std::shared_ptr<const engine::crypto::KeyStore> take();

 private:
  const engine::crypto::KeyStore::Row* known(const engine::Secret& key);
  std::shared_ptr<const engine::crypto::KeyStore> previous_ = std::make_shared<const engine::crypto::KeyStore>();
  engine::crypto::KeyStore fresh_;
  /// Views into the two stores. The first few keys are looked for among the previous ones without it.
  std::unordered_map<std::string_view, engine::crypto::KeyStore::Row> by_octets_;
  unsigned searches_ = 0;
  std::vector<std::uint64_t> used_;
  std::uint64_t last_ = 0;
};

/// Which block became which part, by the place of the block in global configuration. A block that is the same object in the
/// next configuration, and whose referents are the same parts, becomes the same part there. Other names that are looked up
/// (interfaces, transform sets, ...) are not tracked: where such a block or a global line has changed, nothing is reused, but
/// a part that comes out equal is still the part it was.
struct CompileMemo {
  struct Part {
    std::shared_ptr<const void> part;  // of the type that the block is for; null: none
    bool warned = false;               // reading it gave warnings, which it gives again
  };
  Configuration source;
  const MasterKeys* master = nullptr;  // with which keys of type 6 were opened
  const PkiStore* pki = nullptr;
  std::vector<Part> parts;
};

struct CompileContext {
  CompileContext(const Configuration& configuration, const Compiled* previous, const MasterKeys* master, const PkiStore* pki);

  const Node& root;
  const MasterKeys* master;  // may be null
  const PkiStore* pki;       // may be null
  KeyBook keys;
  std::shared_ptr<CompileMemo> next_memo;  // of this snapshot, for the next
  bool reusable = false;                   // only such blocks have changed as what became of the others can outlive
  std::set<std::string> changed_lists;     // then: names of access lists that are new, other, or gone
  /// Profiles of the previous snapshot that are other parts now; null: they are none any more.
  std::unordered_map<const engine::IkeProfile*, std::shared_ptr<const engine::IkeProfile>> replaced;
  PreviousParts<engine::IkeProposal> proposals;
  PreviousParts<engine::IkePolicy> policies;
  PreviousParts<engine::TransformSet> transform_sets;
  PreviousParts<engine::CryptoMapEntry> entries;
  PreviousParts<engine::Trustpoint> trustpoints;
  PreviousParts<engine::CertificateMap> certificate_maps;
  std::vector<std::string> warnings;

  /// Calls `visit(const T&, const Node& block, std::size_t place)` for each block of type T of global configuration.
  template <class T, class Visit>
  void each_block(Visit&& visit) const {
    for (std::size_t place = 0; place < root.children.size(); ++place)
      if (const T* header = root.children[place]->as<T>()) visit(*header, *root.children[place], place);
  }
  /// What the block that stood here before became, or null.
  template <class Part>
  std::shared_ptr<const Part> before(std::size_t place) const {
    const CompileMemo::Part* part = part_before(place);
    return part ? std::static_pointer_cast<const Part>(part->part) : nullptr;
  }
  /// The same where the block is what it was, and gave no warnings.
  template <class Part>
  std::shared_ptr<const Part> reused(std::size_t place) const {
    const CompileMemo::Part* part = reusable && origins_[place].same ? part_before(place) : nullptr;
    return part && !part->warned ? std::static_pointer_cast<const Part>(part->part) : nullptr;
  }
  /// The same where it gave no warnings, whatever the block is now.
  template <class Part>
  const Part* clean_before(std::size_t place) const {
    const CompileMemo::Part* part = part_before(place);
    return part && !part->warned ? static_cast<const Part*>(part->part.get()) : nullptr;
  }
  /// The block that stood here before, or null.
  const Node* block_before(std::size_t place) const;
  /// What the block at `place` becomes: the part it became before if that is equal, otherwise a new one. To be called once a
  /// block; `warned`: how many warnings there were before it was read.
  template <class Part>
  std::shared_ptr<const Part> become(std::size_t place, Part fresh, std::size_t warned) {
    auto part = before<Part>(place);
    if (!part || !same_part(*part, fresh)) part = std::make_shared<const Part>(std::move(fresh));
    return become(place, std::move(part), warned);
  }
  template <class Part>
  std::shared_ptr<const Part> become(std::size_t place, std::shared_ptr<const Part> part, std::size_t warned) {
    next_memo->parts[place] = {part, warnings.size() > warned};
    return part;
  }

  /// The first line of type T in global configuration, or null; looked for once.
  template <class T>
  const T* global() {
    const auto [found, fresh] = globals_.try_emplace(typeid(T), nullptr);
    if (fresh) found->second = root.find<T>();
    return static_cast<const T*>(found->second);
  }
  /// The addresses that the configuration gives an interface.
  const std::vector<engine::IpAddress>& addresses(const std::string& interface);

  void warn(const std::string& where, const std::string& what) { warnings.push_back(where + ": " + what); }
  /// `used` may be null.
  void warn_of_weak(const std::string& where, const engine::Algorithm* used) {
    if (used && !used->weakness.empty()) warn(where, std::string(used->debug_name) + " is weak: " + std::string(used->weakness));
  }

 private:
  /// Where a block of the present configuration stood in the previous one.
  struct Origin {
    std::size_t place = none;
    bool same = false;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
  };
  void look_for_changes(const std::vector<std::shared_ptr<const engine::IkeProfile>>& profiles);
  const CompileMemo::Part* part_before(std::size_t place) const;
  void remember_parts(const engine::Config& config);
  std::shared_ptr<const CompileMemo> memo_;  // of the previous snapshot, or null
  std::vector<Origin> origins_;
  std::unordered_map<std::type_index, const void*> globals_;
  std::optional<std::map<std::string, std::vector<engine::IpAddress>>> addresses_;
};

/// Gathers the additional key exchanges of one block into `out`. What the crypto library does not have is left out with a
/// warning; a key exchange of which nothing is left makes the block unusable, for it would be weaker than what was asked for.
class AdditionalReader {
 public:
  AdditionalReader(std::vector<engine::AdditionalKeyExchange>& out, const std::string& where, CompileContext& context)
      : out_(out), where_(where), context_(context) {}
  void take(unsigned number, const std::vector<const engine::Algorithm*>& groups, bool optional);
  bool usable() const { return usable_; }

 private:
  std::vector<engine::AdditionalKeyExchange>& out_;
  const std::string& where_;
  CompileContext& context_;
  bool usable_ = true;
};

/// The reference of a key that was typed; 0 with a warning when it cannot be read (parser/compile_ikev2.cpp).
engine::KeyRef key_ref(const KeyText& key, const std::string& where, CompileContext& context);

/// The name under which an entry is remembered: "VPN-MAP 10".
inline std::string entry_name(const std::string& map, std::uint32_t sequence) { return map + " " + std::to_string(sequence); }

/// The complete policies in configuration order; the built-in `default` behind them where no policy covers every address.
std::vector<std::shared_ptr<const engine::IkePolicy>> compile_policies(CompileContext& context);
/// The complete profiles in configuration order.
std::vector<std::shared_ptr<const engine::IkeProfile>> compile_profiles(CompileContext& context);

/// The lines of an access list (AccessList or Ipv6AccessList) as selector pairs; a line with several ports becomes several.
/// Remarks and what no selector can express are left out, the latter with a warning.
std::vector<engine::SelectorLine> compile_access_list(const Node& list, CompileContext& context);

/// The tunnel interfaces that can be devices of ours, shut down or not.
std::vector<TunnelDevice> compile_tunnel_devices(CompileContext& context);
std::vector<TunnelDevice> compile_loopback_devices(CompileContext& context);
/// What clients' devices are copies of.
std::vector<TunnelDevice> compile_template_devices(CompileContext& context);

/// The interfaces to which a crypto map is bound or that are protected tunnels, with the complete entries of the map. `profiles`:
/// the complete ones. `templates` receives the Virtual-Templates.
std::vector<engine::ProtectedInterface> compile_interfaces(
    CompileContext& context, const std::vector<std::shared_ptr<const engine::IkeProfile>>& profiles,
    std::vector<std::shared_ptr<const engine::VirtualTemplate>>& templates);

}  // namespace parser
