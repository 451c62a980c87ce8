// How a typed handler becomes an Endpoint. Included by api.hpp only.
#pragma once
#include <type_traits>

#include "platform/http/api.hpp"
#include "platform/http/error_answer.hpp"
#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace qm::http::typed {

template <class T> struct HandlerTraits : HandlerTraits<decltype(&T::operator())> {};
template <class C, class R, class A> struct HandlerTraits<R (C::*)(A) const> { using Argument = A; using Return = R; };
template <class C, class R, class A> struct HandlerTraits<R (C::*)(A)> { using Argument = A; using Return = R; };
template <class R, class A> struct HandlerTraits<R (*)(A)> { using Argument = A; using Return = R; };

template <class T> struct OutOf { using Type = T; };
template <class T> struct OutOf<Answer<T>> { using Type = T; };
template <class T> struct OutOf<Printed<T>> { using Type = T; };
template <> struct OutOf<Streamed> { using Type = std::string; };
template <class T> struct ResultOf;
template <class T> struct ResultOf<Task<Result<T>>> { using Type = T; };

template <class T> inline constexpr bool is_answer_v = false;
template <class T> inline constexpr bool is_answer_v<Answer<T>> = true;
template <class T> inline constexpr bool is_printed_v = false;
template <class T> inline constexpr bool is_printed_v<Printed<T>> = true;

using TextFields = std::vector<std::pair<std::string, std::string>>;

// What the body is, by its Content-Type; TooLarge / UnsupportedMediaType are answered by the caller.
enum class BodyKind { Empty, Json, Form, Unsupported };
BodyKind body_kind(const Request& request, const EndpointInfo& info);
// application/x-www-form-urlencoded → names and values; nullopt when an escape is broken.
std::optional<TextFields> parse_form(std::string_view text);
// Position of {name} among the parameters of the pattern.
std::size_t parameter_index(std::string_view pattern, std::string_view name);

template <class T>
inline constexpr bool is_text_readable_v =
    std::is_same_v<T, std::string> || std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, json::Amount> ||
    std::is_same_v<T, Timestamp> || json::is_id_v<T>;
template <class T> inline constexpr bool is_text_readable_v<std::optional<T>> = is_text_readable_v<T>;
template <class T> inline constexpr bool is_text_readable_v<json::Nullable<T>> = is_text_readable_v<T>;

template <class T>
void read_parameter(std::string_view text, T& out, json::Reader& reader) {
  json::read_text(text, out, reader);
}

// Fills a struct from named texts (query, form): each member by its name.
template <class Struct>
void read_fields(const TextFields& given, Struct& out, json::Reader& reader) {
  const auto& limits = json::limits_of<Struct>();
  json::for_each_member<Struct>([&](std::string_view name, auto member) {
    auto& target = out.*member;
    using Member = std::remove_reference_t<decltype(target)>;
    reader.enter(name);
    const std::size_t before = reader.faults().size();
    std::size_t times = 0;
    for (const auto& [key, text] : given) {
      if (key != name) continue;
      ++times;
      if constexpr (json::is_list_v<Member>) {
        if constexpr (is_text_readable_v<typename Member::value_type>)
          json::read_text(text, target.emplace_back(), reader);
      } else if constexpr (is_text_readable_v<Member>) {
        if (times == 1) json::read_text(text, target, reader);
        if (times == 2) reader.fault("given more than once", "value_error.duplicate");
      }
    }
    if (times == 0 && !json::is_optional_v<Member> && !json::is_list_v<Member> && !json::is_defaulted(limits, member)) {
      reader.fault("field required", "value_error.missing");
    }
    if (times > 0 && reader.faults().size() == before) {
      json::for_each_limit(limits, member, [&](const auto& limit) { json::check(limit, target, reader); });
    }
    reader.leave();
  });
}

template <class Path>
void read_path(std::string_view pattern, const PathParameters& parameters, Path& out, json::Reader& reader) {
  const auto& limits = json::limits_of<Path>();
  json::for_each_member<Path>([&](std::string_view name, auto member) {
    reader.enter(name);
    const std::size_t before = reader.faults().size();
    json::read_text(parameters.values[parameter_index(pattern, name)], out.*member, reader);
    if (reader.faults().size() == before) {
      json::for_each_limit(limits, member, [&](const auto& limit) { json::check(limit, out.*member, reader); });
    }
    reader.leave();
  });
}

inline void collect(json::Reader& from, std::vector<Fault>& into) {
  for (auto& fault : from.faults()) into.push_back(std::move(fault));
}

// → false when the Content-Type is not one the endpoint takes.
template <class Body>
bool read_body(const Request& request, const EndpointInfo& info, Body& out, std::vector<Fault>& faults) {
  if constexpr (json::is_optional_v<Body>) {
    if (request.body.empty()) return true;
    return read_body(request, info, out.emplace(), faults);
  } else if constexpr (!std::is_same_v<Body, None>) {
    json::Reader reader{"body"};
    switch (body_kind(request, info)) {
      case BodyKind::Unsupported: return false;
      case BodyKind::Empty: reader.fault("field required", "value_error.missing"); break;
      case BodyKind::Form:
        if constexpr (boost::describe::has_describe_members<Body>::value) {
          if (auto fields = parse_form(request.body)) {
            read_fields(*fields, out, reader);
          } else {
            reader.fault("the form is not well encoded", "value_error.form");
          }
        }
        break;
      case BodyKind::Json: {
        auto document = json::parse_document(request.body);
        if (!document) {
          const Error failure = document.error();  // each call of error() makes another copy
          faults.insert(faults.end(), failure.faults.begin(), failure.faults.end());
          return true;
        }
        if constexpr (std::is_same_v<Body, boost::json::value>) {
          // Made anew instead of assigned, which would copy what was cut from the document's own memory.
          std::destroy_at(&out);
          std::construct_at(&out, std::move(*document));
        } else {
          json::read_value(*document, out, reader);
        }
        break;
      }
    }
    collect(reader, faults);
  }
  return true;
}

template <class T>
Response to_response(T&& out) {
  using Type = std::remove_cvref_t<T>;
  Response response;
  if constexpr (is_answer_v<Type>) {
    response.status = out.status;
    response.headers = std::move(out.headers);
    response.lost = out.lost;
    response.body = json::print(out.body);
  } else if constexpr (std::is_same_v<Type, Streamed>) {
    response.parts = std::move(out.parts);
    response.content_type = std::move(out.content_type);
    response.headers = std::move(out.headers);
  } else if constexpr (is_printed_v<Type>) {
    response.body = std::move(out.json);
  } else {
    response.body = json::print(out);
  }
  return response;
}

// What the OpenAPI document says of a call.
struct OperationParts {
  boost::json::array parameters;
  boost::json::value body;  // null: none
  bool body_required = true;
  boost::json::value answer;
};
boost::json::value make_operation(const EndpointInfo& info, OperationParts parts);

template <class Struct>
void add_parameters(json::SchemaBook& book, std::string_view place, OperationParts& parts) {
  const auto& limits = json::limits_of<Struct>();
  json::for_each_member<Struct>([&](std::string_view name, auto member) {
    using Member = std::remove_cvref_t<decltype(std::declval<Struct&>().*member)>;
    auto schema = book.schema<Member>();
    if (auto* object = schema.if_object()) {
      json::for_each_limit(limits, member, [&](const auto& limit) { json::show_limit(*object, limit); });
    }
    const bool required = place == "path" || (!json::is_optional_v<Member> && !json::is_list_v<Member> &&
                                              !json::is_defaulted(limits, member));
    parts.parameters.push_back(
        boost::json::object{{"name", name}, {"in", place}, {"required", required}, {"schema", std::move(schema)}});
  });
}

}  // namespace qm::http::typed

namespace qm::http {

template <class H>
void Api::add(Method method, std::string pattern, EndpointInfo info, H handler) {
  using Traits = typed::HandlerTraits<H>;
  using In = std::remove_cvref_t<typename Traits::Argument>;
  using Out = typename typed::ResultOf<typename Traits::Return>::Type;
  using Body = typename In::BodyType;

  typed::OperationParts parts;
  typed::add_parameters<typename In::PathType>(schemas(), "path", parts);
  typed::add_parameters<typename In::QueryType>(schemas(), "query", parts);
  if constexpr (!std::is_same_v<Body, None>) {
    parts.body = schemas().template schema<Body>();
    parts.body_required = !json::is_optional_v<Body>;
  }
  parts.answer = schemas().template schema<typename typed::OutOf<Out>::Type>();
  json::for_each_member<typename In::PathType>(
      [&](std::string_view name, auto) { typed::parameter_index(pattern, name); });

  Endpoint endpoint{method, pattern, info, {}, typed::make_operation(info, std::move(parts))};
  endpoint.run = [handler = std::move(handler), info = std::move(info), pattern = std::move(pattern)](
                     const Request& request, const PathParameters& parameters) -> Task<Response> {
    In call;
    call.request = &request;
    std::vector<Fault> faults;
    json::Reader path{"path"}, query{"query"};
    typed::read_path(pattern, parameters, call.path, path);
    typed::read_fields(request.query, call.query, query);
    typed::collect(path, faults);
    typed::collect(query, faults);
    if (!typed::read_body(request, info, call.body, faults)) {
      co_return problem(415, "The body must be JSON (Content-Type: application/json).", request.request_id);
    }
    if (!faults.empty()) co_return error_answer(invalid(std::move(faults)), request.request_id);
    auto result = co_await handler(std::move(call));
    if (!result) co_return error_answer(result.error(), request.request_id);
    co_return typed::to_response(std::move(*result));
  };
  insert(std::move(endpoint));
}

}  // namespace qm::http
