// http> (operators.md §5.1): one request, its status and content as parameters of later tasks.
#include "operators/factories.h"
#include "operators/http_exchange.h"
#include "operators/http_text.h"
#include "value/config.h"
#include "value/merge.h"

namespace mogura::operators {
namespace {

class Http : public Operator {
 public:
  explicit Http(Context& context) : context_(context) {
    value::merge_default(context.config, value::find_object(context.config, "http"));
    parameters_ = read_http_parameters(context.config, context.environment.system_config);
  }

  Step run() override {
    const HttpCall call = prepare_http_call(context_, parameters_, UriSource::secret_or_command);
    auto outcome = exchange_http(context_, parameters_, call);
    if (auto* poll = std::get_if<Poll>(&outcome)) return std::move(*poll);
    return done(std::get<net::HttpResponse>(outcome));
  }

 private:
  Done done(const net::HttpResponse& response) const {
    Done done;
    Object stored{{"last_status", response.status}};
    done.result.reset_store_params.emplace_back("http.last_status");
    if (parameters_.store_content) {
      stored.set("last_content",
                 content_text(response, charset_of(response), parameters_.max_stored_length));
      done.result.reset_store_params.emplace_back("http.last_content");
    }
    done.result.store_params.set("http", std::move(stored));
    return done;
  }

  Context& context_;
  HttpParameters parameters_;
};

}  // namespace

std::unique_ptr<Operator> make_http(Context& context) {
  return std::make_unique<Http>(context);
}

}  // namespace mogura::operators
