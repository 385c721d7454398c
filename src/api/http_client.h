// SPDX-License-Identifier: Apache-2.0
// http::Client: the narrow view of HTTP that plugins use. The simulator and tests replace it;
// production uses io/http_curl.h. Perform blocks, so it is called from I/O threads only
// (io/io_pool.h).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/env.h"
#include "base/status.h"
#include "config/secret.h"

namespace sluice::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // "GET", "PUT", "POST"
  std::string url;
  Headers headers;
  std::string user;  // Basic authentication when not empty, also after a redirect to another host
  Secret password;
  // Shared so that a retry costs no copy. Null: no body ("Content-Length: 0" for PUT and POST).
  std::shared_ptr<const std::string> body;
  // Send "Expect: 100-continue" and wait for an answer before the body, so that a redirect is
  // followed first.
  bool expect_continue = false;
  int redirects_max = 3;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(180);  // of the whole exchange
};

struct Response {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;
};

// One connection pool; safe to use from several threads.
class Client {
 public:
  virtual ~Client() = default;
  // The final answer, whatever its status code. Errors tell what the server can have seen:
  //   kUnavailable  nothing was sent to the server that acts: no connection, refused, unknown host
  //   kTimeout      unknown: something was sent and no whole answer came (cut, reset, too late)
  //   kCancelled    unknown: `cancel` fired
  virtual Result<Response> Perform(const Request& request, const CancelToken& cancel) = 0;
};

}  // namespace sluice::http
