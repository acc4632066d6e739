// Runs long nftables transactions beside the loop: of 10,000 lines one takes a tenth of a second.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/result.hpp"

struct nft_ctx;

namespace kernel {

struct NftContextFree {
  void operator()(nft_ctx* context) const;
};
using Nft = std::unique_ptr<nft_ctx, NftContextFree>;
/// Null where the library does not start.
Nft make_nft();
engine::Status run_nft(nft_ctx* context, const std::string& commands);

/// One transaction after the other, in a thread that is started with the first. Its other members are for one thread.
class NftThread {
 public:
  struct Done {
    std::string name;
    engine::Status status;
  };
  static engine::Result<std::unique_ptr<NftThread>> create();
  ~NftThread();
  NftThread(const NftThread&) = delete;

  /// `text` is called in the thread.
  void run(std::string name, std::function<std::string()> text);
  /// Readable while there is something to take().
  int fd() const { return fd_; }
  std::vector<Done> take();
  /// Nothing is under way, and nothing waits to be taken.
  bool idle() const { return under_way_ == 0; }
  /// Until everything that was ordered is done; take() has it.
  void wait();

 private:
  struct Order {
    std::string name;
    std::function<std::string()> text;
  };
  explicit NftThread(int fd) : fd_(fd) {}
  void work();

  int fd_;
  std::size_t under_way_ = 0;  // ordered and not taken yet
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::deque<Order> orders_;    // guarded by mutex_
  std::vector<Done> finished_;  // guarded by mutex_
  bool working_ = false;        // guarded by mutex_
  bool ending_ = false;         // guarded by mutex_
  std::optional<std::thread> thread_;
};

}  // namespace kernel
