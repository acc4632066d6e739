// Pieces of the configuration as several `show` print them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "parser/commands.hpp"
#include "parser/configuration.hpp"

namespace cli {

/// The block of the object of that kind and name, or null.
template <class T>
const parser::Node* find_block(const parser::Node& root, const std::string& name) {
  for (const auto& child : root.children)
    if (const T* object = child->as<T>(); object && object->name == name) return child.get();
  return nullptr;
}

/// What many entries of one show refer to, found by name.
class Configured {
 public:
  /// `root` must outlive it.
  explicit Configured(const parser::Node& root);
  const parser::Node* transform_set(const std::string& name) const { return find(transform_sets_, name); }
  const parser::Node* access_list(const std::string& name) const { return find(access_lists_, name); }
  const parser::Node* ipsec_profile(const std::string& name) const { return find(ipsec_profiles_, name); }
  /// Those that the crypto map entry or IPsec profile names, or the built-in one.
  std::vector<std::string> transform_sets_of(const parser::Node& entry) const;
  /// The IKEv2 profile of an IPsec profile; empty: none.
  std::string ikev2_profile_of(const parser::Node& ipsec_profile) const;
  /// The global lines on lifetimes, or null.
  const parser::LifetimeSeconds* seconds() const { return seconds_; }
  const parser::LifetimeKilobytes* kilobytes() const { return kilobytes_; }

 private:
  using Blocks = std::unordered_map<std::string, const parser::Node*>;
  static const parser::Node* find(const Blocks& blocks, const std::string& name) {
    const auto found = blocks.find(name);
    return found == blocks.end() ? nullptr : found->second;
  }
  const parser::Node& root_;
  Blocks transform_sets_, access_lists_, ipsec_profiles_;  // what is built in among them
  const parser::LifetimeSeconds* seconds_ = nullptr;
  const parser::LifetimeKilobytes* kilobytes_ = nullptr;
};

/// "esp-256-aes esp-sha256-hmac ": each transform with a blank behind it.
std::string transforms(const parser::TransformSet& set);
/// The block "Transform sets={" of a crypto map entry or IPsec profile.
void put_transform_sets(std::string& out, const Configured& configured, const parser::Node& entry);
/// The lines on lifetimes of a crypto map entry or IPsec profile, with what the global lines say where it has none.
void put_lifetime(std::string& out, const Configured& configured, const parser::Node& entry);
/// "4608000 kilobytes/3600 seconds", "3600 seconds" without volume; `entry` may be the root.
std::string lifetime_text(const Configured& configured, const parser::Node& entry);

}  // namespace cli
