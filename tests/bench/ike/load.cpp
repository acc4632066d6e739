// bench_ike: many initiators against one responder, of whatever make. Binds UDP ports 500 and 4500 of the network
// namespace it runs in, and sends from the addresses it is told, which must be local there.
#include <algorithm>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "kernel/host.hpp"
#include "kernel/loop.hpp"
#include "kernel/system_random.hpp"
#include "kernel/udp.hpp"
#include "tests/bench/ike/initiator.hpp"

namespace {

using bench::Initiator;
using engine::Time;

constexpr const char* usage =
    "usage: bench_ike --responder ADDRESS --network PREFIX --from ADDRESS --behind ADDRESS [OPTION VALUE]...\n"
    "  --from ADDRESS     the first initiator's address; --addresses N: they share N addresses from there on (1)\n"
    "  --behind ADDRESS   the host behind initiator 0 that wants to reach PREFIX; the others follow\n"
    "  --count N          initiators (1); --first N: the number of the first one, which its identity is made of (0)\n"
    "  --parallel N       negotiations at a time (16)\n"
    "  --rounds N         each sets its SA up and deletes it so often; the last one is kept (1)\n"
    "  --group G          key exchange: 31, 14, 19 (31); --cipher gcm|cbc, for IKE and ESP (gcm); --key KEY\n"
    "  --certificates FOLDER  initiator N authenticates itself by N.der and key.der (PKCS#8), the responder is one of ca.der\n"
    "  --hold S           seconds after the last set-up in which the SAs are kept and answered for (0)\n"
    "  --liveness S       seconds between liveness checks of an initiator (0: none)\n"
    "  --flood N          IKE_SA_INIT requests a second during the hold, from addresses that never go on (0)\n"
    "Ends with the line 'up N failed N lost N seconds S median-ms M worst-ms W'; status 0 when every SA is up.\n";

struct Options {
  bench::Scheme scheme;
  engine::IpAddress from;
  std::size_t addresses = 1, count = 1, first = 0, parallel = 16, rounds = 1;
  std::uint64_t flood = 0;
  engine::Duration hold{0};
};

std::uint64_t number(const std::string& text) {
  std::size_t used = 0;
  const auto value = std::stoull(text, &used);
  if (used != text.size()) throw std::runtime_error("not a number: " + text);
  return value;
}

engine::IpAddress address(const std::string& text) {
  const auto out = engine::IpAddress::parse(text);
  if (!out) throw std::runtime_error("not an address: " + text);
  return *out;
}

engine::Prefix prefix(const std::string& text) {
  const auto slash = text.find('/');
  const auto base = address(text.substr(0, slash));
  return slash == std::string::npos ? engine::Prefix::host(base)
                                    : engine::Prefix::of(base, static_cast<std::uint8_t>(number(text.substr(slash + 1))));
}

Options parse(int argc, char** argv) {
  Options out;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i], value = argv[i + 1];
    if (option == "--responder")
      out.scheme.responder = address(value);
    else if (option == "--network")
      out.scheme.responder_network = prefix(value);
    else if (option == "--from")
      out.from = address(value);
    else if (option == "--behind")
      out.scheme.behind = address(value);
    else if (option == "--addresses")
      out.addresses = number(value);
    else if (option == "--count")
      out.count = number(value);
    else if (option == "--first")
      out.first = number(value);
    else if (option == "--parallel")
      out.parallel = number(value);
    else if (option == "--rounds")
      out.rounds = number(value);
    else if (option == "--group")
      out.scheme.group = value;
    else if (option == "--cipher")
      out.scheme.aead = value == "gcm";
    else if (option == "--key")
      out.scheme.key = value;
    else if (option == "--certificates")
      out.scheme.certificates = value;
    else if (option == "--hold")
      out.hold = std::chrono::seconds(number(value));
    else if (option == "--liveness")
      out.scheme.liveness = std::chrono::seconds(number(value));
    else if (option == "--flood")
      out.flood = number(value);
    else
      throw std::runtime_error("unknown option " + option + "\n" + usage);
  }
  if (argc % 2 == 0 || out.from.is_unspecified() || out.scheme.responder.is_unspecified()) throw std::runtime_error(usage);
  return out;
}

/// The SPIs in front of every IKE datagram; the initiator's is ours.
std::uint64_t spi_i_of(engine::ByteView datagram) { return engine::Reader(datagram).u64().value_or(0); }

/// What one run has seen so far.
struct Tally {
  std::vector<engine::Duration> took;  // from the first datagram of a set-up until its Child SA was there
  std::size_t failed = 0, lost = 0;
  std::string failure;  // the last one's, in words
  std::uint64_t flooded = 0, flood_answers = 0;
};

class Load {
 public:
  explicit Load(const Options& options);
  /// Until every initiator is up or has failed, and the hold is over.
  void run();
  const Tally& tally() const { return tally_; }
  engine::Duration set_up_in() const { return set_up_ - begun_; }

 private:
  struct Client {
    Initiator initiator;
    std::size_t rounds_left;
    Time started{};
    std::optional<Time> deadline{};
  };

  bool setting_up() const { return running_ > 0 || next_ < clients_.size(); }
  void begin_more();
  void on_datagram(engine::Datagram datagram);
  void tick(Time now);
  void start(Client& client);
  /// After something happened to a client that was in state `before`.
  void settle(std::size_t which, Initiator::State before);
  void settle_up(Client& client);
  void settle_down(Client& client, Initiator::State before);
  void send_all(std::size_t which);
  void flood(Time now);

  Options options_;
  bench::Plan plan_;
  kernel::SystemRandom random_;
  kernel::Loop loop_;
  std::unique_ptr<kernel::Udp> udp_;
  std::vector<Client> clients_;
  std::unordered_map<std::uint64_t, std::size_t> by_spi_;
  std::set<std::pair<Time, std::size_t>> deadlines_;
  Initiator::Sent sent_;
  std::size_t next_ = 0, running_ = 0;
  Time begun_{}, set_up_{};
  engine::SendDatagram stranger_;  // what the flood is made of
  Tally tally_;
};

Load::Load(const Options& options) : options_(options), plan_(options.scheme) {
  auto udp = kernel::Udp::open(loop_, {}, [this](engine::Datagram datagram) { on_datagram(std::move(datagram)); });
  if (!udp.ok()) throw std::runtime_error(udp.failure().why);
  udp_ = std::move(*udp);
  clients_.reserve(options.count);
  for (std::size_t i = options.first; i < options.first + options.count; ++i)
    clients_.push_back({Initiator(plan_, i, bench::advanced(options.from, i % options.addresses), random_), options.rounds});
  loop_.add_clock([this] { return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first); },
                  [this](Time now) { tick(now); });
  Initiator stranger(plan_, options.first + options.count, options.from, random_);
  Initiator::Sent first;
  stranger.start(kernel::monotonic_now(), first);
  stranger_ = std::move(first.at(0));
}

void Load::run() {
  begun_ = kernel::monotonic_now();
  begin_more();
  while (setting_up()) loop_.turn(std::chrono::seconds(1));
  set_up_ = kernel::monotonic_now();
  std::cout << "set up " << tally_.took.size() << " in " << set_up_in().count() / 1000 << " ms" << std::endl;
  for (Time now = set_up_; now < set_up_ + options_.hold; now = kernel::monotonic_now()) {
    loop_.turn(std::chrono::milliseconds(options_.flood ? 1 : 20));
    if (options_.flood) flood(now);
  }
}

void Load::begin_more() {
  while (running_ < options_.parallel && next_ < clients_.size()) {
    const std::size_t which = next_++;
    ++running_;
    start(clients_[which]);
    settle(which, Initiator::State::negotiating);
  }
}

void Load::start(Client& client) {
  client.started = kernel::monotonic_now();
  client.initiator.start(client.started, sent_);
}

void Load::on_datagram(engine::Datagram datagram) {
  const auto known = by_spi_.find(spi_i_of(datagram.payload));
  if (known == by_spi_.end()) {
    ++tally_.flood_answers;
    return;
  }
  const std::size_t which = known->second;
  const auto before = clients_[which].initiator.state();
  clients_[which].initiator.receive(kernel::monotonic_now(), std::move(datagram), sent_);
  settle(which, before);
  begin_more();
}

void Load::tick(Time now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const std::size_t which = deadlines_.begin()->second;
    const auto before = clients_[which].initiator.state();
    clients_[which].initiator.tick(now, sent_);
    settle(which, before);
  }
  begin_more();
}

void Load::settle(std::size_t which, Initiator::State before) {
  Client& client = clients_[which];
  send_all(which);
  const auto state = client.initiator.state();
  if (state != before && state == Initiator::State::up) settle_up(client);
  if (state != before && state == Initiator::State::idle) settle_down(client, before);
  send_all(which);
  if (client.deadline) deadlines_.erase({*client.deadline, which});
  client.deadline = client.initiator.next_deadline();
  if (client.deadline) deadlines_.insert({*client.deadline, which});
}

void Load::settle_up(Client& client) {
  const Time now = kernel::monotonic_now();
  tally_.took.push_back(now - client.started);
  if (--client.rounds_left > 0)
    client.initiator.stop(now, sent_);
  else
    --running_;
}

void Load::settle_down(Client& client, Initiator::State before) {
  if (before == Initiator::State::closing) return start(client);
  if (before == Initiator::State::up) {
    ++tally_.lost;
    return;
  }
  tally_.failure = client.initiator.failure();
  ++tally_.failed;
  --running_;
}

void Load::send_all(std::size_t which) {
  for (const auto& datagram : sent_) {
    by_spi_[spi_i_of(datagram.payload)] = which;
    udp_->send(datagram);
  }
  sent_.clear();
}

/// Strangers' requests, as many as are due by now, each with an SPI of its own.
void Load::flood(Time now) {
  const auto due = options_.flood * static_cast<std::uint64_t>((now - set_up_).count()) / 1000000;
  for (; tally_.flooded < due; ++tally_.flooded) {
    stranger_.local.ip = bench::advanced(options_.from, tally_.flooded % std::max<std::size_t>(options_.addresses, 1));
    random_.fill(std::span(stranger_.payload).first(8));
    udp_->send(stranger_);
  }
}

int report(const Options& options, const Load& load) {
  const Tally& tally = load.tally();
  if (options.flood) std::cout << "flooded " << tally.flooded << ", answered " << tally.flood_answers << "\n";
  if (tally.failed) std::cout << "the last failure: " << tally.failure << "\n";
  auto took = tally.took;
  std::sort(took.begin(), took.end());
  const auto ms = [&](std::size_t at) { return took.empty() ? 0.0 : static_cast<double>(took[at].count()) / 1000; };
  std::cout << "up " << took.size() << " failed " << tally.failed << " lost " << tally.lost << " seconds "
            << static_cast<double>(load.set_up_in().count()) / 1e6 << " median-ms " << ms(took.size() / 2) << " worst-ms "
            << ms(took.empty() ? 0 : took.size() - 1) << std::endl;
  return tally.failed || tally.lost || took.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const Options options = parse(argc, argv);
  Load load(options);
  load.run();
  return report(options, load);
} catch (const std::exception& error) {
  std::cerr << "bench_ike: " << error.what() << std::endl;
  return 2;
}
