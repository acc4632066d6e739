#include "cli/exec_commands.hpp"

#include <utility>

#include "cli/convert_command.hpp"
#include "cli/documents.hpp"
#include "cli/file_commands.hpp"
#include "cli/sa_history.hpp"
#include "cli/show_diagnose.hpp"
#include "cli/show_flexvpn.hpp"
#include "cli/show_host.hpp"
#include "cli/show_ladder.hpp"
#include "cli/show_packets.hpp"
#include "cli/show_pki.hpp"
#include "cli/show_pki_facts.hpp"
#include "cli/show_stats.hpp"
#include "cli/show_status.hpp"
#include "cli/tech_support.hpp"
#include "cli/text_file.hpp"
#include "parser/operators.hpp"
#include "parser/text.hpp"

namespace cli {
namespace {

constexpr std::size_t most_events_shown = 1000;

}  // namespace

/// One overload a command; those on the configuration's history are with ArchiveCommands, captures with CaptureCommands, files
/// with FileCommands.
class ExecCommands : public FileCommands {
 public:
  using FileCommands::FileCommands;
  using FileCommands::operator();

  void operator()(const parser::Enable& command) const {
    if (command.level <= level() || command.level <= session_->options_.own_level) return set_level(command.level);
    const auto secret = parser::enable_secret(backend().running(), command.level);
    if (!secret || !at_terminal()) return fail("% No password set");
    ask_enable_secret(*secret, command.level, 1);
  }
  void operator()(const parser::Disable&) const { set_level(1); }
  void operator()(const parser::ExitShell&) {
    // A stray `exit` in a file, or one too many in a paste, must not lose what follows it.
    if (session_->at_terminal() && session_->after_exit_)
      session_->output("% One 'exit' too many in what was pasted: the session goes on\n");
    else if (session_->at_terminal())
      session_->over_ = true;
    session_->done();
  }
  void operator()(const parser::WriteMemory&) { write_startup(); }
  void operator()(const parser::Reload& command) const {
    if (!at_terminal()) return reload(command.reason);
    backend().read_startup([*this, command](const auto& startup) {
      const bool saved = startup.ok() && startup->value_or(parser::Configuration()) == backend().running();
      saved ? confirm_reload(command.reason) : ask_to_save(command.reason);
    });
  }
  void operator()(const parser::CopyRunningStartup&) {
    if (asks_nothing()) return write_startup();
    session_->ask("Destination filename [startup-config]? ", [session = session_](const std::string& name) {
      if (name.empty() || name == "startup-config") {
        ExecCommands(session, {}).write_startup();
        return;
      }
      session->refuse("%Error opening " + escaped(name) + " (only startup-config can be written)", std::nullopt);
      session->done();
    });
  }

  void operator()(const parser::ShowRunningConfig& options) {
    render(
        [configuration = session_->backend_.running(), options] {
          return options.interface ? objects_of<parser::Interface>(configuration, options.interface)
                                   : config_lines(configuration, [](const parser::Node&) { return true; });
        },
        [options](const ConfigLines& shown) {
          const parser::Configuration& configuration = shown.configuration;
          const std::string text = options.interface ? parser::interface_config(configuration, *options.interface)
                                                     : parser::running_config(configuration, options.all ? parser::Detail::all
                                                                                                         : parser::Detail::usual);
          if (text.empty()) return std::string("% Invalid interface: the configuration does not have it\n");
          return "Building configuration...\n\nCurrent configuration : " + std::to_string(text.size()) + " bytes\n" + text + "\n";
        });
  }
  void operator()(const parser::ShowStartupConfig&) {
    session_->backend_.read_startup([*this](const engine::Result<std::optional<parser::Configuration>>& read) mutable {
      if (!read.ok()) {
        session_->refuse("% Error: the startup configuration could not be read: " + read.failure().why, std::nullopt);
        session_->done();
        return;
      }
      const std::optional<parser::Configuration>& startup = *read;
      if (!startup) {
        show("startup-config is not present\n");
        return;
      }
      const std::string text = parser::running_config(*startup);
      show("Using " + std::to_string(text.size()) + " out of 33554432 bytes\n" + text + "\n");
    });
  }
  void operator()(const parser::ShowIkev2Sa& options) {
    render_facts(
        {options.local, options.remote}, [options](const ShowFacts& facts) { return ike_sas(facts.view, options); },
        [options](const ShowFacts& facts) { return show_ikev2_sa(facts.view, options); });
  }
  void operator()(const parser::ShowIkev2Session& options) {
    render_facts(
        {}, [](const ShowFacts& facts) { return ike_sas(facts.view, {}); },
        [options](const ShowFacts& facts) { return show_ikev2_session(facts.view, options); });
  }
  void operator()(const parser::ShowIpsecSa& options) {
    render_facts(
        {}, [options](const ShowFacts& facts) { return served_lines(facts, options); },
        [options](const ShowFacts& facts) { return show_ipsec_sa(facts, options); });
  }
  void operator()(const parser::ShowIpsecSaCount&) {
    render_facts(
        {}, [](const ShowFacts& facts) { return served_lines(facts, {}); },
        [](const ShowFacts& facts) { return show_ipsec_sa_count(facts.view); });
  }
  void operator()(const parser::ShowCryptoObjects& options) {
    render_facts(
        {}, [options, configuration = backend().running()](const ShowFacts&) { return crypto_objects(configuration, options); },
        [options, configuration = backend().running()](const ShowFacts& facts) {
          return show_crypto_objects(facts.view, configuration, options);
        });
  }
  void operator()(const parser::ShowCryptoSession& options) {
    render_facts(
        {options.local, options.remote}, [options](const ShowFacts& facts) { return sessions(facts, options); },
        [options, configuration = backend().running()](const ShowFacts& facts) {
          return show_crypto_session(facts, configuration, options);
        });
  }
  void operator()(const parser::ShowCryptoMap& options) {
    render_facts(
        {},
        [configuration = backend().running()](const ShowFacts&) {
          return config_lines(configuration, [](const parser::Node& line) { return line.as<parser::CryptoMap>() != nullptr; });
        },
        [configuration = backend().running(), options](const ShowFacts& facts) {
          return show_crypto_map(configuration, facts.view, options);
        });
  }
  void operator()(const parser::ShowConversion&) {
    render([configuration = session_->backend_.running()] {
      return convert_text(parser::convert(parser::running_config(configuration)));
    });
  }
  void operator()(const parser::ShowIsakmp& options) {
    render([configuration = backend().running(), options] { return show_isakmp(configuration, options); });
  }
  void operator()(const parser::ShowDiagnose& options) {
    backend().facts({}, [self = *this, options](const std::shared_ptr<const ShowFacts>& facts) {
      // The recorder is the loop's: what it heard is copied here, and the rest happens beside it.
      HeardOf heard = heard_of(facts->view, self.backend().recorder(), self.backend().monotonic());
      self.render([facts, options, heard = std::move(heard),
                   configuration = self.backend().running()] { return explained(facts->view, configuration, heard, options); },
                  [facts, options](const Diagnoses& shown) {
                    return options.error ? show_diagnose_error(facts->view) : show_diagnose(shown, facts->view, options);
                  });
    });
  }
  void operator()(const parser::ShowIkev2Counters& options) {
    using C = parser::Ikev2Counters;
    if (options.what == C::exchange)
      return render_facts({}, exchange_stats, [](const ShowFacts& facts) { return show_exchange_stats(exchange_stats(facts)); });
    render_facts({}, ikev2_stats, [options](const ShowFacts& facts) {
      const Ikev2Stats stats = ikev2_stats(facts);
      switch (options.what) {
        case C::count:
          return show_ikev2_count(stats);
        case C::timeout:
          return show_timeouts(stats);
        case C::reconnect:
          return show_reconnects();
        default:
          return show_ikev2_stats(stats);
      }
    });
  }
  void operator()(const parser::ShowCryptoEngine& options) {
    if (options.table == parser::CryptoEngineTable::configuration) return show(show_engine_configuration());
    if (options.table == parser::CryptoEngineTable::eli) return show(show_eli());
    render_facts({}, engine_connections,
                 [](const ShowFacts& facts) { return show_engine_connections(engine_connections(facts)); });
  }
  void operator()(const parser::ShowHost& options);
  void operator()(const parser::ShowLadder& options) {
    show_values(
        ladders(backend().recorder(), backend().monotonic(), options.peer),
        [drawing = options.utf8 ? Drawing::utf8 : Drawing::ascii](const Ladders& shown) { return show_ladder(shown, drawing); });
  }
  void operator()(const parser::ShowPacketDrop& options) {
    const auto drops = [options, host = HostDrops{kernel::xfrm_counts(), kernel::strict_reverse_paths()},
                        host_routes = backend().host_routes(), interfaces = backend().interfaces()](const ShowFacts& facts) {
      HostDrops all = host;
      all.routes = {routes(host_routes, interfaces), interfaces};
      return packet_drops(facts, all, options);
    };
    render_facts({}, drops, [drops](const ShowFacts& facts) { return show_packet_drops(drops(facts)); });
  }
  void operator()(const parser::ShowStatus& options) {
    backend().facts({}, [self = *this, options](const std::shared_ptr<const ShowFacts>& facts) {
      HeardOf heard = heard_of(facts->view, self.backend().recorder(), self.backend().monotonic());
      self.render([facts, heard = std::move(heard), system = self.backend().system(),
                   configuration = self.backend().running()] { return gateway_status(*facts, system, heard, configuration); },
                  [options](const GatewayStatus& shown) { return show_status(shown, options); });
    });
  }
  void operator()(const parser::ShowTechSupport&) {
    gather_support(backend(), [self = *this](TechSupport support) { self.show_values(std::move(support), show_tech_support); });
  }
  void operator()(const parser::ShowSaHistory& options) {
    const auto peer = options.remote ? std::optional(options.remote->to_string()) : std::nullopt;
    backend().in_database([self = *this, peer](parser::Database& database) -> std::function<void()> {
      auto events = database.sa_events(most_events_shown, peer);
      if (!events.ok()) return [self, why = events.failure().why] { self.fail("% Error: " + why); };
      return [self, shown = SaEvents{std::move(*events)}] { self.show_values(shown, show_sa_history); };
    });
  }
  void operator()(const parser::TestSelector& packet) {
    const auto interfaces = backend().interfaces();
    const std::string route = interface_toward(routes(backend().host_routes(), interfaces), interfaces, packet.destination);
    render_facts(
        {}, [packet, route](const ShowFacts& facts) { return test_selector(facts, packet, route); },
        [packet, route](const ShowFacts& facts) { return show_selector_test(test_selector(facts, packet, route)); });
  }
  void operator()(const parser::ShowImpact& command);
  void operator()(const parser::ShowIpInterfaceBrief& options) {
    const auto mapping = session_->at_terminal() ? DeviceMapping::listed : DeviceMapping::hidden;
    InterfaceRows shown{backend().interfaces()};
    std::erase_if(shown.interfaces, [&](const InterfaceRow& row) { return options.interface && *options.interface != row.name; });
    show_values(std::move(shown),
                [mapping](const InterfaceRows& rows) { return show_ip_interface_brief(rows.interfaces, mapping); });
  }
  void operator()(const parser::ShowLocalPool& options) {
    render_facts(
        {},
        [options](const ShowFacts& facts) {
          LocalPools out;
          for (const auto& each : facts.view.pools)
            if (each.pool.ranges.front().first.is_v4() != options.ipv6 && (!options.name || *options.name == each.pool.name))
              out.pools.push_back(each);
          return out;
        },
        [options](const ShowFacts& facts) { return show_local_pool(facts.view, options); });
  }
  void operator()(const parser::ShowFlexvpn& options) {
    render_facts(
        {},
        [configuration = backend().running(), options](const ShowFacts& facts) {
          return flexvpn_rows(configuration, facts.view, options);
        },
        [configuration = backend().running(), options](const ShowFacts& facts) {
          return show_flexvpn(flexvpn_rows(configuration, facts.view, options));
        });
  }
  void operator()(const parser::ShowInterfaces& options) {
    CountedInterfaces counted;
    for (const auto& row : backend().interfaces())
      if (!options.interface || *options.interface == row.name)
        counted.interfaces.push_back({row, backend().interface_counters(row.name)});
    show_values(std::move(counted), [configuration = backend().running(), options](const CountedInterfaces& shown) {
      std::string out = options.description ? interface_descriptions_title : "";
      for (const auto& each : shown.interfaces)
        out += options.description ? show_interface_description(each.row, configuration)
                                   : show_interface(each.row, each.counters, configuration);
      return out;
    });
  }
  void operator()(const parser::ShowAccessLists& options) {
    render_facts(
        {},
        [configuration = backend().running(), options](const ShowFacts& facts) {
          return access_lists(configuration, access_list_hits(facts), options);
        },
        [configuration = backend().running(), options](const ShowFacts& facts) {
          return show_access_lists(configuration, access_list_hits(facts), options);
        });
  }
  void operator()(const parser::ShowPkiCertificates& options) {
    render([configuration = backend().running(), pki = backend().pki(),
            options] { return certificates(configuration, *pki, options.trustpoint); },
           [options](const ShownCertificates& shown) {
             return options.pem ? show_certificates_pem(shown) : show_certificates(shown, options.verbose);
           });
  }
  void operator()(const parser::ShowPkiFact& options) {
    const auto fetched = backend().fetched();
    if (options.what == parser::PkiFact::counters) return show_values(pki_counters(fetched), show_pki_counters);
    if (options.what == parser::PkiFact::crls)
      return render([pki = backend().pki(), fetched] { return revocation_lists(*pki, fetched); }, show_crls);
    render([configuration = backend().running(), pki = backend().pki(), fetched,
            now = backend().now().unix_milliseconds / 1000] { return pki_timers(configuration, *pki, fetched, now); },
           show_pki_timers);
  }
  void operator()(const parser::ShowPkiTrustpoints& options) {
    render([configuration = backend().running(), pki = backend().pki(),
            options] { return trustpoints(configuration, *pki, options.name); },
           [options](const ShownTrustpoints& shown) { return show_trustpoints(shown, options.status); });
  }
  void operator()(const parser::ShowPublicKeys& options) {
    render([pki = backend().pki(), options] { return public_keys(*pki, options); }, show_public_keys);
  }
  void operator()(const parser::ShowPrivilege&) {
    show_values(PrivilegeLevel{level()},
                [](const PrivilegeLevel& shown) { return "Current privilege level is " + std::to_string(shown.level) + "\n"; });
  }
  void operator()(const parser::ShowVersion&) { show_values(backend().system(), show_version); }
  void operator()(const parser::ShowClock&) {
    show_values(backend().now(), [](const WallTime& now) { return clock_text(now) + "\n"; });
  }
  void operator()(const parser::ShowHistory&) { show(show_history(session_->history_)); }
  void operator()(const parser::ShowDebugging&) { show_values(session_->backend_.debug_flags(), show_debugging); }
  void operator()(const parser::ShowLogging&) { show(session_->backend_.log().show()); }

  void operator()(const parser::ShowAdmission&) {
    render_facts({}, admission_stats, [](const ShowFacts& facts) { return show_admission_stats(admission_stats(facts)); });
  }
  void operator()(const parser::ClearIkev2Sa& command) {
    backend().clear({engine::ClearWhat::ike_sas, command.remote, command.local});
    done();
  }
  void operator()(const parser::ClearIpsecSa& command) {
    if (command.counters) {
      backend().clear_sa_counters();
    } else if (!command.other_protocol) {
      engine::Clear what{engine::ClearWhat::child_sas, command.peer};
      what.map = command.map;
      if (command.spi) what.spi = engine::EspSpi{*command.spi};
      backend().clear(what);
    }
    done();
  }
  void operator()(const parser::ClearCryptoSession& command) {
    backend().clear({engine::ClearWhat::ike_sas, command.remote, command.local, command.port, command.interface});
    done();
  }
  void operator()(const parser::ClearIkeStats& command) {
    backend().clear_ike_stats();
    if (!command.admission) return show("Cleared crypto ikev2 statistics\n");
    done();
  }
  void operator()(const parser::ClearKept& command) {
    if (command.what == parser::Forgotten::nothing) return done();
    if (command.what == parser::Forgotten::diagnoses) {
      backend().clear({engine::ClearWhat::diagnoses});
      return done();
    }
    if (asks_nothing()) return forget_log();
    ask("Clear logging buffer [confirm]", [*this](const std::string& answer) {
      if (answer.empty() || answer[0] == 'y' || answer[0] == 'Y') return forget_log();
      done();
    });
  }
  void operator()(const parser::Debug& command);
  void operator()(const parser::DebugCondition& command) {
    if (command.on && command.kind == parser::DebugConditionKind::fvrf)
      return fail("% VRF " + escaped(command.name) + " does not exist: there is no VRF here but the global one");
    if (command.mask && !parser::mask_length(*command.mask)) return fail("% Bad mask " + ios_address(*command.mask));
    DebugFlags flags = backend().debug_flags();
    flags.conditions.change(command);
    if (command.kind == parser::DebugConditionKind::reset) flags = {};
    backend().set_debug_flags(flags);
    done();
  }
  void operator()(const parser::ShowDebugCondition&) { show(show_debug_conditions(backend().debug_flags().conditions)); }
  void operator()(const parser::TerminalMonitor& command) {
    session_->monitor_ = command.on;
    session_->done();
  }
  void operator()(const parser::TerminalLength& command) {
    session_->new_page_ = static_cast<std::uint16_t>(std::min(command.lines, 512U));
    session_->done();
  }
  void operator()(const parser::TerminalWidth& command) {
    session_->options_.columns = command.columns == 0 ? 512 : command.columns;
    session_->done();
  }
  void operator()(const parser::Ping& command) {
    session_->activity_ = session_->backend_.ping(
        command, [session = session_](std::string text) { session->output(std::move(text)); },
        [session = session_] {
          session->activity_.reset();
          session->done();
        });
  }

 private:
  void forget_log() const {
    backend().log().forget();
    done();
  }
  static constexpr unsigned highest_level = 15;
  unsigned level() const { return session_->options_.privileged ? highest_level : session_->options_.level; }
  void set_level(unsigned level) const {
    session_->options_.privileged = level == highest_level;
    session_->options_.level = level;
    done();
  }
  void ask_to_save(const std::string& reason) const;
  void confirm_reload(const std::string& reason) const;
  void reload(const std::string& reason) const;
  /// Three times, as on a router.
  void ask_enable_secret(const parser::EnableSecret& secret, unsigned level, unsigned attempt) const;
  /// `values(facts)` and `print(facts)` are the two shapes of one show.
  template <class Values, class Print>
  void render_facts(const engine::Query& query, Values values, Print print) {
    session_->backend_.facts(query, [self = *this, values, print](const std::shared_ptr<const ShowFacts>& facts) {
      if (self.modifier_.kind == parser::ModifierKind::json)
        self.render([values, facts] { return values(*facts); }, [](const auto&) { return std::string(); });
      else
        self.render([print, facts] { return print(*facts); });
    });
  }
  void write_startup() {
    session_->backend_.write_startup([session = session_](const engine::Status& status) {
      if (status.ok())
        session->output("Building configuration...\n[OK]\n");
      else
        session->refuse("% Error: the startup configuration could not be written: " + status.failure().why, std::nullopt);
      session->done();
    });
  }
};

void ExecCommands::ask_to_save(const std::string& reason) const {
  ask("System configuration has been modified. Save? [yes/no]: ", [*this, reason](const std::string& answer) {
    if (answer == "no" || answer == "n") return confirm_reload(reason);
    if (answer != "yes" && answer != "y") {
      output("% Please answer 'yes' or 'no'.\n");
      return ask_to_save(reason);
    }
    backend().write_startup([*this, reason](const engine::Status& status) {
      if (!status.ok()) return fail("% Error: the startup configuration could not be written: " + status.failure().why);
      output("Building configuration...\n[OK]\n");
      confirm_reload(reason);
    });
  });
}

void ExecCommands::confirm_reload(const std::string& reason) const {
  ask("Proceed with reload? [confirm]", [*this, reason](const std::string& answer) {
    answer.empty() || answer == "y" || answer == "yes" ? reload(reason) : done();
  });
}

void ExecCommands::reload(const std::string& reason) const {
  log(5, "%SYS-5-RELOAD: Reload requested by " + escaped(user()) +
             ". Reload Reason: " + (reason.empty() ? "Reload Command" : escaped(reason)) + ".");
  backend().reload(user(), [*this](const engine::Status& status) {
    if (!status.ok()) return fail("% Error: the startup configuration could not be taken up: " + status.failure().why);
    session_->over_ = true;
    done();
  });
}

void ExecCommands::ask_enable_secret(const parser::EnableSecret& secret, unsigned level, unsigned attempt) const {
  constexpr unsigned attempts = 3;
  const auto verify = [*this, secret, level, attempt](const std::string& typed) {
    const auto right = std::make_shared<bool>(false);
    backend().render(
        [right, secret, typed] {
          *right = parser::opens(secret, typed);
          return std::string();
        },
        [*this, right, secret, level, attempt](const std::string&) {
          if (*right) return set_level(level);
          if (attempt < attempts) return ask_enable_secret(secret, level, attempt + 1);
          log(4, "%SYS-4-ENABLE_FAILED: User " + escaped(user()) + " gave no right enable secret");
          fail("% Bad secrets");
        });
  };
  session_->ask("Password: ", verify, Session::Echo::hidden);
}

void ExecCommands::operator()(const parser::ShowHost& options) {
  using H = parser::HostTable;
  switch (options.table) {
    case H::inventory:
      return show_values(inventory(backend().system()), show_inventory);
    case H::users:
      return show_values(backend().users(*session_), show_users);
    case H::processes: {
      const auto [now, before] = backend().usage();
      return show_values(processes(now, before), show_processes_cpu);
    }
    case H::memory:
      return show_values(memory(backend().usage().first.usage), show_memory);
    case H::routes:
      return show_values(
          routes(backend().host_routes(), backend().interfaces()),
          [to = options.destination](const Routes& shown) { return to ? show_route_to(shown, *to) : show_ip_route(shown); });
    case H::neighbours:
      return show_values(neighbours(kernel::host_neighbours(), backend().interfaces()), show_arp);
    case H::ip_interfaces:
      return show_values(InterfaceRows{backend().interfaces()},
                         [](const InterfaceRows& rows) { return show_ip_interface(rows.interfaces); });
    case H::hosts:
      return show(show_hosts(backend().running()));
    case H::vrfs:
      return show("  Name                             Default RD            Protocols   Interfaces\n");
    case H::lldp:
      return fail("% LLDP is not enabled");
    case H::cdp:
      return fail("% CDP is not enabled");
  }
}

void ExecCommands::operator()(const parser::ShowImpact& command) {
  // Read, parsed and compiled beside the loop; only the comparison with the SAs happens on it.
  auto read = std::make_shared<engine::Result<parser::ApplyResult>>(engine::Failure{});
  session_->backend_.render(
      [read, file = command.file, flash = session_->backend_.flash(), running = session_->backend_.running()]() -> std::string {
        const auto text = read_text_file(file, flash);
        if (!text.ok())
          *read = text.failure();
        else
          *read = parser::apply(running, *text);
        return {};
      },
      [*this, read](const std::string&) mutable {
        if (!read->ok()) {
          session_->refuse(read->failure().why, std::nullopt);
          return session_->done();
        }
        session_->backend_.impact((*read)->configuration, [*this, read](const std::vector<engine::SaImpact>& impact) mutable {
          show(show_impact(impact, (*read)->lines));
        });
      });
}

void ExecCommands::operator()(const parser::Debug& command) {
  DebugFlags flags = session_->backend_.debug_flags();
  const auto set = [&](bool& flag, std::string_view what) {
    flag = command.on;
    return std::string(what) + " debugging is " + (command.on ? "on" : "off") + "\n";
  };
  std::string text;
  switch (command.topic) {
    case parser::DebugTopic::ikev2:
      text = set(flags.ikev2, "IKEv2 default");
      break;
    case parser::DebugTopic::ikev2_packet:
      text = set(flags.ikev2_packet, "IKEv2 packet");
      break;
    case parser::DebugTopic::ikev2_hexdump:
      text = set(flags.ikev2_hexdump, "IKEv2 packet hexdump");
      break;
    case parser::DebugTopic::ikev2_internal:
      text = set(flags.ikev2_internal, "IKEv2 internal");
      break;
    case parser::DebugTopic::ikev2_client:
      if (command.on) return fail("% There is no FlexVPN client here: IKEv2 client debugging would have nothing to show");
      text = "IKEv2 client debugging is off\n";
      break;
    case parser::DebugTopic::ikev2_cluster:
      if (command.on) return fail("% There is no IKEv2 cluster here: IKEv2 cluster debugging would have nothing to show");
      text = "IKEv2 cluster debugging is off\n";
      break;
    case parser::DebugTopic::ikev2_error:
      text = set(flags.ikev2_error, "IKEv2 error");
      break;
    case parser::DebugTopic::ipsec:
      text = set(flags.ipsec, "Crypto IPSEC");
      break;
    case parser::DebugTopic::all:
      flags = {command.on, command.on, command.on, command.on, command.on, command.on, flags.conditions};
      text = command.on ? "All possible debugging has been turned on\n" : "All possible debugging has been turned off\n";
      break;
  }
  session_->backend_.set_debug_flags(flags);
  finish(std::move(text));
}

void execute(const std::shared_ptr<Session>& session, parser::ExecCommand command) {
  std::visit(ExecCommands(session, std::move(command.modifier)), command.what);
}

}  // namespace cli
