#include "parser/compile_aaa.hpp"

#include <algorithm>
#include <charconv>

#include "parser/kept_lines.hpp"
#include "parser/secrets.hpp"
#include "parser/type7.hpp"

namespace parser {
namespace {

std::shared_ptr<const engine::LocalUsers> without_passwords(engine::LocalUsers users) {
  for (auto& [name, password] : users) password = {};
  return std::make_shared<const engine::LocalUsers>(std::move(users));
}

bool any_password(const engine::LocalUsers& users) {
  return std::any_of(users.begin(), users.end(), [](const auto& user) { return user.second.value != 0; });
}

}  // namespace

std::optional<engine::Secret> password_of(const Kept& line, const std::string& where, CompileContext& context) {
  const auto place = line.first(Kept::Use::password);
  if (!place) return std::nullopt;
  const std::string_view text = line.word(*place), type = line.secret_type(*place);
  if (type == "7") {
    if (const auto clear = type7_decoded(text)) return engine::Secret(engine::as_bytes(*clear));
    context.warn(where, "its password is not of type 7");
    return std::nullopt;
  }
  if (type != "6") return engine::Secret(engine::as_bytes(text));
  const auto opened = context.master ? context.master->open(text) : std::nullopt;
  if (!opened) {
    context.warn(where, "its password of type 6 was not sealed by a master key that is known here");
    return std::nullopt;
  }
  return engine::Secret(engine::as_bytes(opened->text));
}

std::shared_ptr<const engine::LocalUsers> AaaParts::users() {
  if (users_) return users_;
  engine::LocalUsers out;
  context_.root.each<Kept>([&](const Kept& line, const Node&) {
    if (!line.text.starts_with("username ")) return;
    const std::string name(line.word(1));
    auto password = password_of(line, "username " + name, context_);
    out[name] = password ? context_.keys.ref(std::move(*password)) : engine::KeyRef{};
  });
  return users_ = std::make_shared<const engine::LocalUsers>(std::move(out));
}

std::optional<std::vector<std::string>> AaaParts::login_methods(const std::string& name) const {
  const auto behind = first_behind(context_.root, "aaa authentication login " + name + " ");
  return behind ? std::optional(words_of(*behind)) : std::nullopt;
}

std::optional<engine::RadiusServer> AaaParts::server(const std::string& name, const Node& block) {
  const std::string where = "radius server " + name;
  engine::RadiusServer out{.name = name};
  bool addressed = false;
  const auto number = [](const std::vector<std::string>& words, std::string_view before, auto value) {
    const auto at = std::find(words.begin(), words.end(), before);
    if (words.end() - at < 2) return value;
    std::from_chars(at[1].data(), at[1].data() + at[1].size(), value);
    return value;
  };
  block.each<Kept>([&](const Kept& line, const Node&) {
    const std::vector<std::string> words = words_of(line.text);
    if (words.front() == "address" && words.size() > 2) {
      if (const auto address = engine::IpAddress::parse(words[2])) {
        out.address = *address;
        addressed = true;
      }
      out.authentication_port = number(words, "auth-port", out.authentication_port);
      out.accounting_port = number(words, "acct-port", out.accounting_port);
    }
    if (words.front() == "timeout") out.timeout = std::chrono::seconds(number(words, "timeout", 5u));
    out.retransmit = number(words, "retransmit", out.retransmit);
    if (words.front() == "key")
      if (auto secret = password_of(line, where, context_)) out.secret = context_.keys.ref(std::move(*secret));
  });
  if (!addressed) context_.warn(where, "it has no address (names are not resolved here), and is not asked");
  if (!out.secret.value) context_.warn(where, "it has no key, and is not asked");
  return addressed && out.secret.value ? std::optional(std::move(out)) : std::nullopt;
}

std::shared_ptr<const engine::RadiusGroup> AaaParts::group(const std::string& name, const std::string& where) {
  engine::RadiusGroup out{.name = name};
  if (const auto* host = context_.root.find<Hostname>()) out.nas_identifier = host->name;
  const auto add = [&](const std::string& server_name) {
    for (const auto& block : context_.root.children)
      if (const auto* head = block->as<Kept>(); head && head->text == "radius server " + server_name)
        if (auto read = server(server_name, *block)) out.servers.push_back(std::move(*read));
  };
  bool found = name == "radius";
  context_.root.each<Kept>([&](const Kept& line, const Node& block) {
    if (found && name == "radius" && line.text.starts_with("radius server ")) add(line.text.substr(14));
    if (line.text != "aaa group server radius " + name) return;
    found = true;
    block.each<Kept>([&](const Kept& member, const Node&) {
      if (member.text.starts_with("server name ")) add(member.text.substr(12));
    });
  });
  if (!found) context_.warn(where, "RADIUS group " + name + " is not defined");
  if (found && out.servers.empty()) context_.warn(where, "RADIUS group " + name + " has no server that can be asked");
  return out.servers.empty() ? nullptr : std::make_shared<const engine::RadiusGroup>(std::move(out));
}

std::shared_ptr<const engine::RadiusGroup> AaaParts::accounting(const Node& profile, const std::string& where) {
  const auto wanted = first_behind(profile, "aaa accounting ");
  if (!wanted) return nullptr;
  const std::string list = words_of(*wanted).back(), head = "aaa accounting network " + list;
  std::string name;
  const auto look = [&](std::string_view text) {
    const auto words = words_of(text);
    const auto at = std::find(words.begin(), words.end(), "group");
    if (words.end() - at > 1) name = at[1];
  };
  bool found = false;
  context_.root.each<Kept>([&](const Kept& line, const Node& block) {
    if (line.text != head && !line.text.starts_with(head + " ")) return;
    found = true;
    look(line.text);
    block.each<Kept>([&](const Kept& member, const Node&) { look(member.text); });
  });
  if (!found || name.empty()) {
    context_.warn(where, "method list " + list + " ('aaa accounting network') " + (found ? "names no group" : "is not defined"));
    return nullptr;
  }
  return group(name, where);
}

std::shared_ptr<const engine::EapServer> AaaParts::eap_server(const Node& profile, const std::string& where,
                                                              std::shared_ptr<const engine::TlsSettings> tls, bool tls_alone) {
  const AuthenticationRemote* wanted = nullptr;
  profile.each<AuthenticationRemote>([&](const AuthenticationRemote& line, const Node&) {
    if (line.method == AuthenticationMethod::eap) wanted = &line;
  });
  if (!wanted) return nullptr;
  engine::EapServer out;
  out.query_identity = wanted->query_identity;
  if (wanted->timeout) out.timeout = std::chrono::seconds(*wanted->timeout);
  bool local = true;
  if (const auto list = first_behind(profile, "aaa authentication eap ")) {
    const auto methods = login_methods(*list);
    if (!methods) context_.warn(where, "method list " + *list + " ('aaa authentication login') is not defined");
    const auto first = methods ? *methods : std::vector<std::string>{};
    local = !first.empty() && (first.front() == "local" || first.front() == "local-case");
    if (first.size() > 1 && first.front() == "group") {
      out.radius = group(first[1], where);
      return out.radius ? std::make_shared<const engine::EapServer>(std::move(out)) : nullptr;
    }
    if (methods && !local) context_.warn(where, "method list " + *list + " has no method that exists here for EAP");
  }
  if (!local || (tls_alone && !tls)) return nullptr;
  out.users = tls_alone ? without_passwords(*users()) : users();
  out.tls = std::move(tls);
  if (out.users->empty() || (!out.tls && !any_password(*out.users)))
    context_.warn(where, "EAP knows no user: 'username NAME password PASSWORD' makes one");
  return std::make_shared<const engine::EapServer>(std::move(out));
}

std::shared_ptr<const engine::EapClient> AaaParts::eap_client(const Node& profile, const std::string& where,
                                                              std::shared_ptr<const engine::TlsSettings> tls) {
  const auto* wanted = profile.find<AuthenticationLocal>();
  if (!wanted || wanted->method != AuthenticationMethod::eap) return nullptr;
  if (wanted->eap == EapMethod::any && !wanted->username) return nullptr;  // of a gateway, which has eap_server()
  if (wanted->eap == EapMethod::tls) {
    if (tls)
      return std::make_shared<const engine::EapClient>(engine::EapClient{wanted->username.value_or(""), {}, std::move(tls)});
    context_.warn(where, "EAP-TLS needs a trustpoint with a certificate of ours, and one with the CA of the server");
    return nullptr;
  }
  if (wanted->eap == EapMethod::gtc || wanted->eap == EapMethod::md5 || !wanted->username || !wanted->password) {
    context_.warn(where,
                  "of EAP only 'authentication local eap mschapv2 username NAME password PASSWORD' and '... eap tls' exist");
    return nullptr;
  }
  const engine::KeyRef password = key_ref(*wanted->password, where + " authentication local", context_);
  return password.value ? std::make_shared<const engine::EapClient>(engine::EapClient{*wanted->username, password}) : nullptr;
}

RadiusOrderers compile_radius_orders(CompileContext& context) {
  RadiusOrderers out;
  const std::string head = "aaa server radius dynamic-author";
  context.root.each<Kept>([&](const Kept& line, const Node& block) {
    if (line.text != head) return;
    engine::KeyRef of_all;
    block.each<Kept>([&](const Kept& each, const Node&) {
      if (each.text.starts_with("server-key "))
        if (auto key = password_of(each, head, context)) of_all = context.keys.ref(std::move(*key));
      if (each.text.starts_with("port ")) std::from_chars(each.text.data() + 5, each.text.data() + each.text.size(), out.port);
    });
    block.each<Kept>([&](const Kept& each, const Node&) {
      if (!each.text.starts_with("client ")) return;
      const auto address = engine::IpAddress::parse(each.word(1));
      auto own = password_of(each, head, context);
      const engine::KeyRef key = own ? context.keys.ref(std::move(*own)) : of_all;
      if (address && key.value)
        out.clients[*address] = key;
      else
        context.warn(head, "client " + std::string(each.word(1)) + (address ? " has no server-key" : " is no address") +
                               ", and is not heard");
    });
  });
  return out;
}

}  // namespace parser
