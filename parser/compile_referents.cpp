#include "parser/compile_referents.hpp"

#include <algorithm>
#include <utility>

#include "parser/built_ins.hpp"

namespace parser {
namespace {

constexpr unsigned few = 8;  // names are looked for one by one, before an index of all is made

/// The line of the block, otherwise the global one, otherwise null.
template <class T>
const T* inherited(const Node& block, CompileContext& context) {
  const T* line = block.find<T>();
  return line ? line : context.global<T>();
}

/// Nullopt with a warning where traffic would not be authenticated.
std::optional<engine::TransformSet> read_transform_set(const TransformSet& line, const Node& block, CompileContext& context) {
  const std::string where = "crypto ipsec transform-set " + line.name;
  if (line.cipher() && !line.cipher()->aead && !line.hmac) {
    context.warn(where, std::string(line.cipher()->esp_keyword) +
                            " authenticates nothing without one of the esp-...-hmac transforms beside it, the set is not used");
    return std::nullopt;
  }
  const engine::Algorithm* cipher = line.cipher() ? line.cipher() : &engine::authentication_header;
  context.warn_of_weak(where, cipher);
  context.warn_of_weak(where, line.integrity());
  engine::TransformSet out;
  out.name = line.name;
  out.encryption = cipher;
  out.integrity = line.integrity();
  if (const auto* mode = block.find<TransformMode>()) out.mode = mode->mode;
  out.extended_sequence_numbers = block.find<TransformEsn>() != nullptr;
  return out;
}

}  // namespace

Referents::Referents(CompileContext& context, const Profiles& profiles) : context_(context), usable_(profiles) {
  context.root.each<TransformSet>([&](const TransformSet& line, const Node& block) { take(line, block); });
}

void Referents::take(const TransformSet& line, const Node& block) {
  auto set = line.usable() ? read_transform_set(line, block, context_) : std::nullopt;
  transform_sets_.emplace(line.name, set ? context_.transform_sets.share(line.name, std::move(*set)) : nullptr);
}

void Referents::name_profiles() {
  if (std::exchange(profiles_named_, true)) return;
  for (const auto& profile : usable_) profiles_.emplace(profile->name, profile);
  context_.root.each<Ikev2Profile>([&](const Ikev2Profile& profile, const Node&) { profiles_.emplace(profile.name, nullptr); });
}

void Referents::name_lists() {
  if (std::exchange(lists_named_, true)) return;
  const Node& root = context_.root;
  root.each<AccessList>([&](const AccessList& list, const Node& block) { lists_[0].emplace(list.name, &block); });
  root.each<Ipv6AccessList>([&](const Ipv6AccessList& list, const Node& block) { lists_[1].emplace(list.name, &block); });
}

std::shared_ptr<const engine::IkeProfile> Referents::profile(const std::string& name, const std::string& user) {
  if (profile_searches_++ < few)
    for (const auto& profile : usable_)
      if (profile->name == name) return profile;
  name_profiles();
  const auto it = profiles_.find(name);
  if (it == profiles_.end())
    context_.warn(user, "IKEv2 profile " + name + " is not defined");
  else if (!it->second)
    context_.warn(user, "IKEv2 profile " + name + " is not usable");
  return it == profiles_.end() ? nullptr : it->second;
}

std::shared_ptr<const engine::TransformSet> Referents::transform_set(const std::string& name, const std::string& user) {
  const Node* built_in = name == "default" && !transform_sets_.contains(name) ? default_transform_set(context_.root) : nullptr;
  if (built_in) take(*built_in->as<TransformSet>(), *built_in);
  const auto it = transform_sets_.find(name);
  if (it != transform_sets_.end() && it->second) return it->second;
  context_.warn(user, "transform set " + name + (it == transform_sets_.end() ? " is not defined" : " is not usable"));
  return nullptr;
}

std::shared_ptr<const engine::TransformSet> Referents::in_tunnel_mode(std::shared_ptr<const engine::TransformSet> set) {
  if (set->mode == engine::IpsecMode::tunnel) return set;
  engine::TransformSet copy = *set;
  copy.mode = engine::IpsecMode::tunnel;
  return context_.transform_sets.share(copy.name, copy);
}

const Node* Referents::find_list(const std::string& name, bool v6) {
  if (list_searches_++ < few)
    for (const auto& line : context_.root.children) {
      const auto* v4_list = v6 ? nullptr : line->as<AccessList>();
      const auto* v6_list = v6 ? line->as<Ipv6AccessList>() : nullptr;
      if ((v4_list && v4_list->name == name) || (v6_list && v6_list->name == name)) return line.get();
    }
  name_lists();
  const auto it = lists_[v6].find(name);
  return it == lists_[v6].end() ? nullptr : it->second;
}

const SelectorLines* Referents::access_list(const std::string& name, bool ipv6_map, const std::string& user) {
  const Node* block = find_list(name, ipv6_map);
  if (!block) block = find_list(name, !ipv6_map);
  if (!block) {
    context_.warn(user, "access list " + name + " is not defined");
    return nullptr;
  }
  auto compiled = lines_.find(block);
  if (compiled == lines_.end()) compiled = lines_.emplace(block, compile_access_list(*block, context_)).first;
  const SelectorLines& lines = compiled->second;
  if (std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.action == engine::AclAction::permit; }))
    return &lines;
  context_.warn(user, "access list " + name + " permits nothing");
  return nullptr;
}

namespace {

/// `set pfs` and the key exchanges beside it. False with a warning where one that is required is not available.
bool read_pfs(engine::CryptoMapEntry& entry, const std::string& user, const Node& block, CompileContext& context) {
  const auto* pfs = block.find<SetPfs>();
  if (!pfs) {
    if (block.find<SetAdditional>()) context.warn(user, "additional-key-exchange has no effect without 'set pfs'");
    return true;
  }
  entry.pfs_group = pfs_group(*pfs);
  context.warn_of_weak(user, entry.pfs_group);
  AdditionalReader reader(entry.pfs_additional, user, context);
  if (!pfs->pqc.empty()) reader.take(1, pfs->pqc, pfs->optional);
  block.each<SetAdditional>(
      [&](const SetAdditional& line, const Node&) { reader.take(line.number, line.groups, line.optional); });
  if (!reader.usable()) context.warn(user, "a key exchange is required that is not available");
  return reader.usable();
}

/// A gateway that the entry names anywhere is where its routes lead.
std::optional<engine::ReverseRoute> read_reverse_route(const Node& block) {
  const auto* line = block.find<ReverseRouteLine>();
  if (!line) return std::nullopt;
  engine::ReverseRoute out{line->remote_peer};
  block.each<SetReverseRoute>([&](const SetReverseRoute& more, const Node&) {
    if (more.gateway) out.gateway = more.gateway;
    if (more.distance) out.distance = *more.distance;
  });
  return out;
}

}  // namespace

bool read_limits(engine::CryptoMapEntry& entry, const std::string& user, const Node& block, CompileContext& context) {
  if (const auto* line = inherited<LifetimeSeconds>(block, context)) entry.lifetime = std::chrono::seconds(line->seconds);
  if (const auto* line = inherited<LifetimeKilobytes>(block, context))
    entry.lifetime_kilobytes = line->disable ? 0 : line->kilobytes.value_or(entry.lifetime_kilobytes);
  if (const auto* line = inherited<ReplayWindow>(block, context))
    entry.replay_window = line->disable ? 0 : line->size.value_or(entry.replay_window);
  if (const auto* line = inherited<IdleTime>(block, context)) entry.idle_time = std::chrono::seconds(line->seconds);
  entry.per_host = block.find<SaPerHost>() != nullptr;
  entry.reverse_route = read_reverse_route(block);
  return read_pfs(entry, user, block, context);
}

}  // namespace parser
