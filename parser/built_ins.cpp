#include "parser/built_ins.hpp"

namespace parser {
namespace {

/// The only block of the text.
const Node& block_of(const Configuration& configuration) { return *configuration.data().root.children.front(); }

template <class T>
bool named(const Node& root, const std::string& name) {
  return std::any_of(root.children.begin(), root.children.end(), [&](const auto& line) {
    const T* object = line->template as<T>();
    return object && object->name == name;
  });
}

}  // namespace

const Node* default_transform_set(const Node& root) {
  static const Configuration text = apply({}, default_transform_set_text).configuration;
  return switched_off<TransformSet>(root) ? nullptr : &block_of(text);
}

const Node* default_ipsec_profile(const Node& root) {
  static const Configuration text = apply({}, default_ipsec_profile_text).configuration;
  return switched_off<IpsecProfile>(root) ? nullptr : &block_of(text);
}

std::vector<std::string> transform_sets_of(const Node& root, const Node& block) {
  if (const auto* line = block.find<SetTransformSet>()) return line->transform_sets;
  const bool there = default_transform_set(root) || named<TransformSet>(root, "default");
  return there ? std::vector<std::string>{"default"} : std::vector<std::string>{};
}

const Node* find_ipsec_profile(const Node& root, const std::string& name) {
  for (const auto& line : root.children)
    if (const auto* profile = line->as<IpsecProfile>(); profile && profile->name == name) return line.get();
  return name == "default" ? default_ipsec_profile(root) : nullptr;
}

std::string ikev2_profile_of(const Node& root, const Node& ipsec_profile) {
  if (const auto* line = ipsec_profile.find<SetIkev2Profile>()) return line->profile;
  const auto* header = ipsec_profile.as<IpsecProfile>();
  return header && header->name == "default" && named<Ikev2Profile>(root, "default") ? "default" : "";
}

}  // namespace parser
