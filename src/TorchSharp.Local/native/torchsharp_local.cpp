// libtorch behind a C ABI: its dispatcher (any operator by schema name, arguments boxed), autograd, custom autograd functions
// with managed callbacks, generators, threads. Compiles against libtorch 1.13 and newer, with or without CUDA.
//
// No exception leaves this file: a function returns 0, or -1 with the message in ts_error(). A tensor handle is a heap-allocated
// at::Tensor owned by the receiver.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/api/include/torch/cuda.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/serialize.h>
#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#else
#include <torch/csrc/api/include/torch/version.h>
#endif

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

enum Kind : int64_t {
  kNone, kTensor, kInt, kDouble, kBool, kInts, kDoubles, kTensors,
  kOptionalTensors, kString, kDevice, kGenerator, kBools, kDefault
};

struct Value {
  int64_t kind;
  union {
    int64_t i;
    double d;
    void* p;
  };
  int64_t n;
};

thread_local std::string last_error;

template <typename F>
int guarded(F&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& e) {
    last_error = e.what_without_backtrace();
  } catch (const std::bad_alloc&) {
    last_error = "out of memory";
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown native error";
  }
  return -1;
}

at::Tensor* handle(at::Tensor t) { return t.defined() ? new at::Tensor(std::move(t)) : nullptr; }

at::Tensor tensor_or_undefined(void* p) { return p ? *static_cast<at::Tensor*>(p) : at::Tensor(); }

variable_list tensors(void* const* p, int64_t n) {
  variable_list list;
  list.reserve(n);
  for (int64_t i = 0; i < n; i++) list.push_back(tensor_or_undefined(p[i]));
  return list;
}

void** handles(const variable_list& list) {
  auto** out = static_cast<void**>(std::malloc(sizeof(void*) * (list.size() + 1)));
  if (!out) throw std::bad_alloc();
  for (size_t i = 0; i < list.size(); i++) out[i] = handle(list[i]);
  return out;
}

c10::IValue unpack(const Value& v) {
  switch (v.kind) {
    case kNone: return {};
    case kTensor: return tensor_or_undefined(v.p);
    case kInt: return v.i;
    case kDouble: return v.d;
    case kBool: return v.i != 0;
    case kInts: return at::IntArrayRef(static_cast<const int64_t*>(v.p), v.n);
    case kDoubles: return at::ArrayRef<double>(static_cast<const double*>(v.p), v.n);
    case kTensors: {
      c10::List<at::Tensor> list;
      list.reserve(v.n);
      for (int64_t i = 0; i < v.n; i++) list.push_back(tensor_or_undefined(static_cast<void**>(v.p)[i]));
      return list;
    }
    case kOptionalTensors: {
      c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
      list.reserve(v.n);
      for (int64_t i = 0; i < v.n; i++) {
        void* p = static_cast<void**>(v.p)[i];
        list.push_back(p ? c10::IValue(*static_cast<at::Tensor*>(p)) : c10::IValue());
      }
      return list;
    }
    case kString: return std::string(static_cast<const char*>(v.p), v.n);
    case kDevice: return c10::Device(static_cast<c10::DeviceType>(v.i), static_cast<c10::DeviceIndex>(v.n));
    case kGenerator: return *static_cast<at::Generator*>(v.p);
    case kBools: {
      c10::List<bool> list;
      list.reserve(v.n);
      for (int64_t i = 0; i < v.n; i++) list.push_back(static_cast<const uint8_t*>(v.p)[i] != 0);
      return list;
    }
    default: throw std::invalid_argument("an argument of unknown kind");
  }
}

Value pack(const c10::IValue& value) {
  Value v{kNone, {0}, 0};
  if (value.isNone()) return v;
  if (value.isTensor()) {
    v.kind = kTensor;
    v.p = handle(value.toTensor());
  } else if (value.isInt()) {
    v.kind = kInt;
    v.i = value.toInt();
  } else if (value.isDouble()) {
    v.kind = kDouble;
    v.d = value.toDouble();
  } else if (value.isBool()) {
    v.kind = kBool;
    v.i = value.toBool();
  } else if (value.isTensorList()) {
    auto list = value.toTensorVector();
    v.kind = kTensors;
    v.p = handles(list);
    v.n = static_cast<int64_t>(list.size());
  } else {
    throw std::runtime_error("a result of type " + value.tagKind() + " is not supported");
  }
  return v;
}

void release(Value& v) {
  if (v.kind == kTensor) delete static_cast<at::Tensor*>(v.p);
  if (v.kind == kTensors) {
    for (int64_t i = 0; i < v.n; i++) delete static_cast<at::Tensor**>(v.p)[i];
    std::free(v.p);
  }
}

// ---- custom autograd functions -------------------------------------------------------------------------------------

// A callback fills in result (a malloc-ed array of handles, all of it given away) and returns null, or a malloc-ed message.
struct Callbacks {
  char* (*forward)(void* call, void* context, Value* result);
  char* (*backward)(void* call, void* context, void** grads, int64_t count, Value* result);
  void (*free)(void* call);
};
Callbacks callbacks{};

// Lives in the node's context: when the graph lets go of the node, managed code lets go of its side.
struct ManagedCall : torch::CustomClassHolder {
  explicit ManagedCall(void* c) : call(c) {}
  ~ManagedCall() override { callbacks.free(call); }
  void* call;
};

variable_list returned(char* message, const Value& result) {
  if (message) {
    std::string text(message);
    std::free(message);
    throw std::runtime_error(text);
  }
  variable_list list;
  for (int64_t i = 0; i < result.n; i++) {
    auto* given = static_cast<at::Tensor**>(result.p)[i];
    list.push_back(given ? std::move(*given) : at::Tensor());
    delete given;
  }
  std::free(result.p);
  return list;
}

struct ManagedFunction : torch::autograd::Function<ManagedFunction> {
  static variable_list forward(AutogradContext* context, at::TensorList, c10::intrusive_ptr<ManagedCall> owner) {
    context->saved_data["call"] = c10::IValue::make_capsule(owner);
    Value result{kNone, {0}, 0};
    char* message = callbacks.forward(owner->call, context, &result);
    return returned(message, result);
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    auto owner = context->saved_data["call"].toCapsule();
    auto given = handles(grads);
    Value result{kNone, {0}, 0};
    char* message = callbacks.backward(
        static_cast<ManagedCall*>(owner.get())->call, context, given, static_cast<int64_t>(grads.size()), &result);
    std::free(given);
    auto list = returned(message, result);
    list.emplace_back();  // of the owner, which libtorch counts among the arguments
    return list;
  }
};

}  // namespace

#define TS_API extern "C" __attribute__((visibility("default")))

TS_API const char* ts_error() { return last_error.c_str(); }
TS_API const char* ts_version() { return TORCH_VERSION; }
TS_API void* ts_alloc(int64_t bytes) { return std::malloc(bytes); }
TS_API void ts_free(void* p) { std::free(p); }

// ---- operators -----------------------------------------------------------------------------------------------------

TS_API int ts_find(const char* name, const char* overload, void** op) {
  return guarded([&] {
    *op = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload));
  });
}

// Arguments are positional; those left out, and those of kind Default, take the schema's default.
TS_API int ts_call(void* op, const Value* args, int64_t count, Value* results, int64_t capacity, int64_t* returned_count) {
  return guarded([&] {
    auto& oper = *static_cast<c10::OperatorHandle*>(op);
    auto& formal = oper.schema().arguments();
    torch::jit::Stack stack;
    stack.reserve(formal.size());
    for (int64_t i = 0; i < static_cast<int64_t>(formal.size()); i++) {
      if (i < count && args[i].kind != kDefault) {
        stack.push_back(unpack(args[i]));
      } else if (formal[i].default_value()) {
        stack.push_back(*formal[i].default_value());
      } else {
        throw std::invalid_argument(toString(oper.operator_name()) + ": argument " + formal[i].name() + " is missing");
      }
    }
    oper.callBoxed(&stack);
    int64_t n = 0;
    try {
      for (; n < static_cast<int64_t>(stack.size()) && n < capacity; n++) results[n] = pack(stack[n]);
    } catch (...) {
      while (n-- > 0) release(results[n]);
      throw;
    }
    *returned_count = n;
  });
}

// ---- tensors -------------------------------------------------------------------------------------------------------

TS_API void ts_tensor_free(void* t) {
  guarded([&] { delete static_cast<at::Tensor*>(t); });
}

TS_API void* ts_tensor_copy(void* t) { return t ? new at::Tensor(*static_cast<at::Tensor*>(t)) : nullptr; }

struct Info {
  int64_t ndim, numel, dtype, device_type, device_index, element_size, storage_offset;
  int64_t requires_grad, is_leaf, is_contiguous, is_sparse;
};

TS_API int ts_info(void* t, Info* info) {
  return guarded([&] {
    auto& x = *static_cast<at::Tensor*>(t);
    bool strided = x.layout() == at::kStrided;
    *info = {x.dim(), x.numel(), static_cast<int64_t>(x.scalar_type()), static_cast<int64_t>(x.device().type()),
             x.device().index(),
             static_cast<int64_t>(x.dtype().itemsize()), strided ? x.storage_offset() : 0, x.requires_grad(), x.is_leaf(),
             strided && x.is_contiguous(), x.is_sparse()};
  });
}

TS_API int64_t ts_ndim(void* t) { return static_cast<at::Tensor*>(t)->dim(); }
TS_API int64_t ts_dtype(void* t) { return static_cast<int64_t>(static_cast<at::Tensor*>(t)->scalar_type()); }

TS_API int ts_shape(void* t, int64_t* sizes, int64_t* strides) {
  return guarded([&] {
    auto& x = *static_cast<at::Tensor*>(t);
    auto size = x.sizes();
    if (sizes) std::memcpy(sizes, size.data(), size.size() * sizeof(int64_t));
    if (strides) std::memcpy(strides, x.strides().data(), size.size() * sizeof(int64_t));
  });
}

TS_API int ts_data(void* t, void** data) {
  return guarded([&] { *data = static_cast<at::Tensor*>(t)->data_ptr(); });
}

// The same under the name that it has in the package's native library, for callers that ask whichever library is there.
TS_API void* THSTensor_data(void* t) {
  void* data = nullptr;
  return ts_data(t, &data) == 0 ? data : nullptr;
}

// Shares the caller's memory; owner is given back through the callback when the last tensor over it has gone.
TS_API int ts_from_blob(void* data, const int64_t* sizes, int64_t dimensions, int64_t dtype, void* owner, void** result) {
  return guarded([&] {
    *result = handle(at::from_blob(data, at::IntArrayRef(sizes, dimensions), [owner](void*) { callbacks.free(owner); },
                                   at::TensorOptions(static_cast<at::ScalarType>(dtype))));
  });
}

TS_API int ts_save(void* t, const char* path) {
  return guarded([&] { torch::save(*static_cast<at::Tensor*>(t), path); });
}

TS_API int ts_load(const char* path, void** result) {
  return guarded([&] {
    at::Tensor t;
    torch::load(t, path);
    *result = handle(t);
  });
}

TS_API int ts_set_requires_grad(void* t, int value) {
  return guarded([&] { static_cast<at::Tensor*>(t)->set_requires_grad(value != 0); });
}

TS_API int ts_retain_grad(void* t) {
  return guarded([&] { static_cast<at::Tensor*>(t)->retain_grad(); });
}

TS_API int ts_get_grad(void* t, void** grad) {
  return guarded([&] { *grad = handle(static_cast<at::Tensor*>(t)->grad()); });
}

TS_API int ts_set_grad(void* t, void* grad) {
  return guarded([&] { static_cast<at::Tensor*>(t)->mutable_grad() = tensor_or_undefined(grad); });
}

// ---- autograd ------------------------------------------------------------------------------------------------------

TS_API int ts_grad(void** outputs, int64_t output_count, void** inputs, int64_t input_count, void** grads, int64_t grad_count,
                   int retain_graph, int create_graph, int allow_unused, void** results) {
  return guarded([&] {
    auto list = torch::autograd::grad(tensors(outputs, output_count), tensors(inputs, input_count), tensors(grads, grad_count),
                                      retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (size_t i = 0; i < list.size(); i++) results[i] = handle(list[i]);
  });
}

TS_API int ts_backward(void** roots, int64_t root_count, void** grads, int64_t grad_count, int retain_graph, int create_graph,
                       void** inputs, int64_t input_count) {
  return guarded([&] {
    torch::autograd::backward(tensors(roots, root_count), tensors(grads, grad_count), retain_graph != 0, create_graph != 0,
                              tensors(inputs, input_count));
  });
}

TS_API int ts_grad_mode() { return at::GradMode::is_enabled(); }
TS_API void ts_set_grad_mode(int enabled) { at::GradMode::set_enabled(enabled != 0); }

TS_API int ts_inference_guard(int enabled, void** guard) {
  return guarded([&] { *guard = new c10::InferenceMode(enabled != 0); });
}
TS_API void ts_inference_guard_free(void* guard) {
  guarded([&] { delete static_cast<c10::InferenceMode*>(guard); });
}

TS_API void ts_function_callbacks(Callbacks c) { callbacks = c; }

TS_API int ts_function_apply(void* call, void** inputs, int64_t count, Value* result) {
  // From here on the call belongs to this side, whatever happens.
  auto owner = c10::make_intrusive<ManagedCall>(call);
  return guarded([&] {
    auto list = tensors(inputs, count);
    auto outputs = ManagedFunction::apply(at::TensorList(list), owner);
    result->kind = kTensors;
    result->p = handles(outputs);
    result->n = static_cast<int64_t>(outputs.size());
  });
}

TS_API int ts_context_set(void* context, void** saved, int64_t saved_count, void** dirty, int64_t dirty_count, void** fixed,
                          int64_t fixed_count, int materialize) {
  return guarded([&] {
    auto& c = *static_cast<AutogradContext*>(context);
    c.save_for_backward(tensors(saved, saved_count));
    if (dirty_count) c.mark_dirty(tensors(dirty, dirty_count));
    if (fixed_count) c.mark_non_differentiable(tensors(fixed, fixed_count));
    c.set_materialize_grads(materialize != 0);
  });
}

TS_API int ts_context_saved(void* context, Value* result) {
  return guarded([&] {
    auto list = static_cast<AutogradContext*>(context)->get_saved_variables();
    result->kind = kTensors;
    result->p = handles(list);
    result->n = static_cast<int64_t>(list.size());
  });
}

// ---- TorchScript ---------------------------------------------------------------------------------------------------

TS_API int ts_script_load(const char* bytes, int64_t length, int64_t type, int64_t index, void** module) {
  return guarded([&] {
    std::istringstream stream(std::string(bytes, static_cast<size_t>(length)));
    c10::Device device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
    *module = new torch::jit::Module(torch::jit::load(stream, device));
  });
}

TS_API void ts_script_free(void* module) {
  guarded([&] { delete static_cast<torch::jit::Module*>(module); });
}

TS_API int ts_script_train(void* module, int on) {
  return guarded([&] { static_cast<torch::jit::Module*>(module)->train(on != 0); });
}

TS_API int ts_script_is_training(void* module, int64_t* on) {
  return guarded([&] { *on = static_cast<torch::jit::Module*>(module)->is_training(); });
}

// Of forward, without the module itself.
TS_API int ts_script_inputs(void* module, int64_t* count) {
  return guarded([&] {
    *count = static_cast<int64_t>(static_cast<torch::jit::Module*>(module)->get_method("forward").num_inputs()) - 1;
  });
}

TS_API int ts_script_forward(void* module, const Value* args, int64_t count, Value* result) {
  return guarded([&] {
    std::vector<c10::IValue> values;
    for (int64_t i = 0; i < count; i++) values.push_back(unpack(args[i]));
    *result = pack(static_cast<torch::jit::Module*>(module)->forward(std::move(values)));
  });
}

// ---- generators ----------------------------------------------------------------------------------------------------

namespace {
at::Generator default_generator(int64_t type, int64_t index) {
  c10::Device device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
  return at::globalContext().defaultGenerator(device);
}

void seed_generator(at::Generator& g, int64_t seed) {
  std::lock_guard<std::mutex> lock(g.mutex());
  g.set_current_seed(static_cast<uint64_t>(seed));
}
}  // namespace

TS_API int ts_generator_default(int64_t type, int64_t index, void** generator) {
  return guarded([&] { *generator = new at::Generator(default_generator(type, index)); });
}

TS_API int ts_generator_new(int64_t type, int64_t index, int64_t seed, void** generator) {
  return guarded([&] {
    // clone() counts its result's references such that the last one does not free it (2.5 KB each), so on a CPU, where generators
    // come and go by the step, it is made the way libtorch makes its own. A device's need its headers.
    bool on_cpu = static_cast<c10::DeviceType>(type) == c10::DeviceType::CPU;
    auto made = on_cpu ? at::detail::createCPUGenerator() : default_generator(type, index).clone();
    seed_generator(made, seed);
    *generator = new at::Generator(std::move(made));
  });
}

TS_API int ts_generator_seed(void* generator, int64_t seed) {
  return guarded([&] { seed_generator(*static_cast<at::Generator*>(generator), seed); });
}

TS_API int ts_generator_initial_seed(void* generator, int64_t* seed) {
  return guarded([&] {
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    *seed = static_cast<int64_t>(g.current_seed());
  });
}

TS_API int ts_generator_get_state(void* generator, void** state) {
  return guarded([&] {
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    *state = handle(g.get_state());
  });
}

TS_API int ts_generator_set_state(void* generator, void* state) {
  return guarded([&] {
    auto& g = *static_cast<at::Generator*>(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_state(*static_cast<at::Tensor*>(state));
  });
}

TS_API void ts_generator_free(void* generator) {
  guarded([&] { delete static_cast<at::Generator*>(generator); });
}

TS_API int ts_manual_seed(int64_t seed) {
  return guarded([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}

// ---- threads and devices -------------------------------------------------------------------------------------------

TS_API int ts_get_num_threads() { return at::get_num_threads(); }
TS_API int ts_set_num_threads(int count) {
  return guarded([&] { at::set_num_threads(count); });
}
TS_API int ts_get_num_interop_threads() { return static_cast<int>(at::get_num_interop_threads()); }
TS_API int ts_set_num_interop_threads(int count) {
  return guarded([&] { at::set_num_interop_threads(count); });
}

TS_API int ts_cublas_get_allow_tf32(int* allowed) {
  return guarded([&] { *allowed = at::globalContext().allowTF32CuBLAS(); });
}
TS_API int ts_cublas_set_allow_tf32(int allowed) {
  return guarded([&] { at::globalContext().setAllowTF32CuBLAS(allowed != 0); });
}
TS_API int ts_cudnn_get_allow_tf32(int* allowed) {
  return guarded([&] { *allowed = at::globalContext().allowTF32CuDNN(); });
}
TS_API int ts_cudnn_set_allow_tf32(int allowed) {
  return guarded([&] { at::globalContext().setAllowTF32CuDNN(allowed != 0); });
}

TS_API int ts_cuda_device_count(int64_t* count) {
  return guarded([&] { *count = static_cast<int64_t>(torch::cuda::device_count()); });
}
TS_API int ts_cuda_synchronize(int64_t device) {
  return guarded([&] { torch::cuda::synchronize(device); });
}
TS_API int ts_cuda_manual_seed(int64_t seed, int all) {
  return guarded([&] {
    if (all) torch::cuda::manual_seed_all(static_cast<uint64_t>(seed));
    else torch::cuda::manual_seed(static_cast<uint64_t>(seed));
  });
}
