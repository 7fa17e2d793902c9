// The filtered leaky ReLU of one tile of one plane by one block, everything between the filters in shared memory:
// bias, up, leaky ReLU, gain, clamp, down. Its derivative and the transpose of that are the same passes with the branches read back.
//
// Compiled at run time for what the macros say:
//   UP, DOWN               factors, 1, 2 or 4
//   UP_TAPS, DOWN_TAPS     taps along an axis
//   UP_RADIAL, DOWN_RADIAL 1 where the filter is a square of taps, not a row for both axes
//   TILE                   outputs of a block along an axis, a multiple of 4
//   STAGE                  between the filters: 0 activate, 1 activate and record, 2 replay, 3 replay for the transpose
//   STORAGE                0 float32, 1 bfloat16, 2 float16; arithmetic is float32
//
// An axis reads mid[j] = sum over k of u[k] stuffed[j + k - low], stuffed[UP i] = in[i], out[o] = sum over k of d[k] mid[o DOWN + k].
// A block computes local samples from the last j at or before its first that falls on an input sample (j = low modulo UP), so
// that the phase of every local sample is known when this is compiled.
//
// Without CUDA it is plain C++: a block's threads are a loop in each pass (bottom of the file), to test the indexing on a CPU. That a
// barrier is missing it cannot show.

#ifdef __CUDACC__
#define DEVICE static __device__ __forceinline__
#else
#define DEVICE static inline
#endif

#define THREADS 256
#define STRIP 4 // samples that one thread makes in a row: neighbours share what they read
#define CEIL(a, b) (((a) + (b) - 1) / (b))
#define MID (CEIL((TILE - 1) * DOWN + DOWN_TAPS + UP - 1, STRIP) * STRIP)
#define REACH CEIL(UP_TAPS, UP) // input samples under the upsampling filter
#define IN (MID / UP + REACH)
#define ODD(n) ((n) | 1) // pitch in which a column of rows touches every bank
#define MAX(a, b) ((a) > (b) ? (a) : (b))
// Two arrays take turns: input, then mid; columns upsampled, then columns downsampled. A radial filter skips its second.
#define FIRST MAX(UP_RADIAL ? 0 : IN * ODD(IN), MID * ODD(MID))
#define SECOND MAX(MAX(UP_RADIAL ? IN * ODD(IN) : IN * ODD(MID), DOWN_RADIAL ? 0 : MID * ODD(TILE)), THREADS)
#define UP_COUNT (UP_RADIAL ? UP_TAPS * UP_TAPS : UP_TAPS)
#define DOWN_COUNT (DOWN_RADIAL ? DOWN_TAPS * DOWN_TAPS : DOWN_TAPS)
#define SHARED_FLOATS (FIRST + SECOND + UP_COUNT + DOWN_COUNT)

#if STORAGE == 0
typedef float storage;
DEVICE float widen(storage x) { return x; }
DEVICE storage narrow(float x) { return x; }
#elif STORAGE == 1
typedef unsigned short storage;
#ifdef __CUDACC__
DEVICE unsigned bits_of(float x) { return __float_as_uint(x); }
DEVICE float from_bits(unsigned x) { return __uint_as_float(x); }
#else
DEVICE unsigned bits_of(float x) { unsigned y; __builtin_memcpy(&y, &x, 4); return y; }
DEVICE float from_bits(unsigned x) { float y; __builtin_memcpy(&y, &x, 4); return y; }
#endif
DEVICE float widen(storage x) { return from_bits((unsigned)x << 16); }
// To nearest, ties to even; what is not a number stays so, whatever carries.
DEVICE storage narrow(float x)
{
    unsigned bits = bits_of(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return (storage)(bits >> 16 | 0x40u);
    return (storage)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}
#elif defined(__CUDACC__)
typedef unsigned short storage;
DEVICE float widen(storage x) { float y; asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x)); return y; }
DEVICE storage narrow(float x) { storage y; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(x)); return y; }
#else
typedef _Float16 storage;
DEVICE float widen(storage x) { return (float)x; }
DEVICE storage narrow(float x) { return (storage)x; }
#endif

// One axis of a call.
struct Axis
{
    int in, out, low; // samples that come in and go out; zeros before the first
    int mid;          // samples between the filters that the recorded pass made
    int shift;        // that pass's sample is this one's less so many
    int tiles;
};

// In the order and the sizes in which C# passes it.
struct Call
{
    const storage *in;
    storage *out;
    const storage *bias; // of a channel, or null
    const float *up, *down;
    unsigned char *branches;
    float *sums; // of each block's outputs, or null
    Axis x, y;
    int channels;
    int record_phase; // rows that the recorded pass computes before its first, over all tiles the same
    int flip;         // 1 where the taps are a convolution's
    float scale;      // before the leaky ReLU
    float gain, slope, limit;
};

// Where a tile lies along an axis.
struct Span
{
    int out, mid, phase, in; // first output; first mid sample that it needs, and how many before it are computed; first input
};

DEVICE Span span(const Axis &axis, int tile)
{
    Span s;
    s.out = tile * TILE;
    s.mid = s.out * DOWN;
    s.phase = ((s.mid - axis.low) % UP + UP) % UP;
    s.in = (s.mid - s.phase - axis.low) / UP; // exact
    return s;
}

struct Block
{
    long long plane;
    int index, channel;
    Span x, y;
    int last_x, last_y;
};

DEVICE Block block_of(const Call &call, unsigned index)
{
    Block b;
    unsigned tiles = (unsigned)(call.x.tiles * call.y.tiles), tile = index % tiles;
    b.index = (int)index;
    b.plane = index / tiles;
    b.channel = (int)(b.plane % call.channels);
    int tx = (int)(tile % (unsigned)call.x.tiles), ty = (int)(tile / (unsigned)call.x.tiles);
    b.x = span(call.x, tx);
    b.y = span(call.y, ty);
    b.last_x = tx == call.x.tiles - 1;
    b.last_y = ty == call.y.tiles - 1;
    return b;
}

#define FIRST_OF(shared) (shared)
#define SECOND_OF(shared) ((shared) + FIRST)
#define UP_OF(shared) ((shared) + FIRST + SECOND)
#define DOWN_OF(shared) ((shared) + FIRST + SECOND + UP_COUNT)

// Mid sample r of a group that begins on an input sample: its first tap, and how many inputs after the group's first it begins.
#define FIRST_TAP(r) ((UP - (r) % UP) % UP)
#define FIRST_INPUT(r) ((r) / UP + ((r) % UP ? 1 : 0))

DEVICE void load(const Call &call, const Block &b, int thread, float *shared)
{
    for (int i = thread; i < UP_COUNT; i += THREADS)
        UP_OF(shared)[i] = call.up ? call.up[call.flip ? UP_COUNT - 1 - i : i] : 1.0f;
    for (int i = thread; i < DOWN_COUNT; i += THREADS)
        DOWN_OF(shared)[i] = call.down ? call.down[call.flip ? DOWN_COUNT - 1 - i : i] : 1.0f;
    float *tile = UP_RADIAL ? SECOND_OF(shared) : FIRST_OF(shared);
    float bias = call.bias ? widen(call.bias[b.channel]) : 0.0f;
    const storage *plane = call.in + b.plane * call.x.in * call.y.in;
    for (int i = thread; i < IN * IN; i += THREADS)
    {
        int row = i / IN, column = i % IN, y = b.y.in + row, x = b.x.in + column;
        bool inside = y >= 0 && y < call.y.in && x >= 0 && x < call.x.in;
        tile[row * ODD(IN) + column] = inside ? widen(plane[(long long)y * call.x.in + x]) + bias : 0.0f;
    }
}

// The taps of a pass in registers: in shared memory every sum would read them again.
#define TAPS(name, from, count) \
    float name[count]; \
    _Pragma("unroll") for (int k = 0; k < (count); k++) name[k] = (from)[k]

// Along rows: neighbouring threads take neighbouring rows, which lie an odd number of words apart.
DEVICE void up_columns(int thread, float *shared)
{
    const float *tile = FIRST_OF(shared);
    float *columns = SECOND_OF(shared);
    TAPS(u, UP_OF(shared), UP_TAPS);
    for (int i = thread; i < IN * (MID / STRIP); i += THREADS)
    {
        int row = i % IN, first = i / IN * STRIP;
        const float *from = tile + row * ODD(IN) + first / UP;
        float v[STRIP / UP + REACH];
#pragma unroll
        for (int k = 0; k < STRIP / UP + REACH; k++)
            v[k] = from[k];
#pragma unroll
        for (int r = 0; r < STRIP; r++)
        {
            float sum = 0;
#pragma unroll
            for (int k = FIRST_TAP(r), at = FIRST_INPUT(r); k < UP_TAPS; k += UP, at++)
                sum += u[k] * v[at];
            columns[row * ODD(MID) + first + r] = sum;
        }
    }
}

// What stands between the filters, on STRIP rows of a column; rows and column count from the tile's first local sample.
DEVICE void between(const Call &call, const Block &b, float *v, int row, int column)
{
    int x = b.x.mid - b.x.phase + column;
#if STAGE <= 1
    unsigned branches = 0;
#pragma unroll
    for (int r = 0; r < STRIP; r++)
    {
        float before = v[r] * call.scale;
        unsigned sloped = !(before > 0); // where it is 0 the derivative is the slope
        float after = call.gain * (sloped ? call.slope * before : before);
        // Comparisons, not minima: what is not a number stays so.
        unsigned over = after > call.limit, under = after < -call.limit;
        v[r] = over ? call.limit : under ? -call.limit : after;
        branches |= (sloped | (over | under) << 1) << 2 * r;
    }
#if STAGE == 1
    // Four rows a byte, counted from the first local one, so that a strip is a byte; each is written by the tile it belongs to.
    int group = (b.y.mid + row) / STRIP;
    bool mine = x >= b.x.mid && x < call.x.mid && (x < b.x.mid + TILE * DOWN || b.last_x)
        && (row < TILE * DOWN || b.last_y) && group < CEIL(call.y.mid + call.record_phase, STRIP);
    if (mine)
        call.branches[(b.plane * CEIL(call.y.mid + call.record_phase, STRIP) + group) * call.x.mid + x] = (unsigned char)branches;
#endif
#else
    // Outside what was recorded nothing arrives here that is not zero.
    int recorded_x = x - call.x.shift, groups = CEIL(call.y.mid + call.record_phase, STRIP);
    const unsigned char *plane = call.branches + b.plane * groups * call.x.mid;
    bool known = recorded_x >= 0 && recorded_x < call.x.mid;
#pragma unroll
    for (int r = 0; r < STRIP; r++)
    {
        int y = b.y.mid - b.y.phase + row + r - call.y.shift, at = y + call.record_phase;
        bool inside = known && y >= 0 && y < call.y.mid;
        unsigned branch = inside ? plane[(long long)(at / STRIP) * call.x.mid + recorded_x] >> 2 * (at % STRIP) : 0;
        float factor = branch & 2 ? 0.0f : branch & 1 ? call.gain * call.slope : call.gain;
        // A clamped sample passes nothing on, not even what is not a number.
        v[r] = branch & 2 ? 0.0f : v[r] * call.scale * factor;
    }
#endif
}

DEVICE void up_rows(const Call &call, const Block &b, int thread, float *shared)
{
    const float *columns = SECOND_OF(shared);
    float *mid = FIRST_OF(shared);
    TAPS(u, UP_OF(shared), UP_TAPS);
    for (int i = thread; i < MID * (MID / STRIP); i += THREADS)
    {
        int column = i % MID, first = i / MID * STRIP;
        const float *from = columns + first / UP * ODD(MID) + column;
        float v[STRIP / UP + REACH], sums[STRIP];
#pragma unroll
        for (int k = 0; k < STRIP / UP + REACH; k++)
            v[k] = from[k * ODD(MID)];
#pragma unroll
        for (int r = 0; r < STRIP; r++)
        {
            sums[r] = 0;
#pragma unroll
            for (int k = FIRST_TAP(r), at = FIRST_INPUT(r); k < UP_TAPS; k += UP, at++)
                sums[r] += u[k] * v[at];
        }
        between(call, b, sums, first, column);
#pragma unroll
        for (int r = 0; r < STRIP; r++)
            mid[(first + r) * ODD(MID) + column] = sums[r];
    }
}

DEVICE void up_square(const Call &call, const Block &b, int thread, float *shared)
{
    const float *tile = SECOND_OF(shared), *u = UP_OF(shared);
    float *mid = FIRST_OF(shared);
    for (int i = thread; i < MID * (MID / STRIP); i += THREADS)
    {
        int column = i % MID, first = i / MID * STRIP;
        float sums[STRIP] = {};
        for (int kx = FIRST_TAP(column), x = FIRST_INPUT(column); kx < UP_TAPS; kx += UP, x++)
        {
            const float *from = tile + first / UP * ODD(IN) + x;
            float v[STRIP / UP + REACH];
#pragma unroll
            for (int k = 0; k < STRIP / UP + REACH; k++)
                v[k] = from[k * ODD(IN)];
#pragma unroll
            for (int r = 0; r < STRIP; r++)
            {
#pragma unroll
                for (int k = FIRST_TAP(r), at = FIRST_INPUT(r); k < UP_TAPS; k += UP, at++)
                    sums[r] += u[k * UP_TAPS + kx] * v[at];
            }
        }
        between(call, b, sums, first, column);
#pragma unroll
        for (int r = 0; r < STRIP; r++)
            mid[(first + r) * ODD(MID) + column] = sums[r];
    }
}

DEVICE void down_columns(const Block &b, int thread, float *shared)
{
    const float *mid = FIRST_OF(shared);
    float *columns = SECOND_OF(shared);
    TAPS(d, DOWN_OF(shared), DOWN_TAPS);
    for (int i = thread; i < MID * (TILE / STRIP); i += THREADS)
    {
        int row = i % MID, first = i / MID * STRIP;
        const float *from = mid + row * ODD(MID) + b.x.phase + first * DOWN;
        float v[(STRIP - 1) * DOWN + DOWN_TAPS];
#pragma unroll
        for (int k = 0; k < (STRIP - 1) * DOWN + DOWN_TAPS; k++)
            v[k] = from[k];
#pragma unroll
        for (int r = 0; r < STRIP; r++)
        {
            float sum = 0;
#pragma unroll
            for (int k = 0; k < DOWN_TAPS; k++)
                sum += d[k] * v[r * DOWN + k];
            columns[row * ODD(TILE) + first + r] = sum;
        }
    }
}

// Writes the results and returns their sum.
DEVICE float store(const Call &call, const Block &b, const float *sums, int row, int column)
{
    int x = b.x.out + column;
    float total = 0;
    storage *plane = call.out + b.plane * call.x.out * call.y.out;
#pragma unroll
    for (int r = 0; r < STRIP; r++)
    {
        int y = b.y.out + row + r;
        if (x >= call.x.out || y >= call.y.out)
            continue;
        plane[(long long)y * call.x.out + x] = narrow(sums[r]);
        total += sums[r];
    }
    return total;
}

DEVICE float down_rows(const Call &call, const Block &b, int thread, float *shared)
{
    const float *columns = SECOND_OF(shared);
    float total = 0;
    TAPS(d, DOWN_OF(shared), DOWN_TAPS);
    for (int i = thread; i < TILE * (TILE / STRIP); i += THREADS)
    {
        int column = i % TILE, first = i / TILE * STRIP;
        const float *from = columns + (b.y.phase + first * DOWN) * ODD(TILE) + column;
        float v[(STRIP - 1) * DOWN + DOWN_TAPS], sums[STRIP];
#pragma unroll
        for (int k = 0; k < (STRIP - 1) * DOWN + DOWN_TAPS; k++)
            v[k] = from[k * ODD(TILE)];
#pragma unroll
        for (int r = 0; r < STRIP; r++)
        {
            sums[r] = 0;
#pragma unroll
            for (int k = 0; k < DOWN_TAPS; k++)
                sums[r] += d[k] * v[r * DOWN + k];
        }
        total += store(call, b, sums, first, column);
    }
    return total;
}

DEVICE float down_square(const Call &call, const Block &b, int thread, float *shared)
{
    const float *mid = FIRST_OF(shared), *d = DOWN_OF(shared);
    float total = 0;
    for (int i = thread; i < TILE * (TILE / STRIP); i += THREADS)
    {
        int column = i % TILE, first = i / TILE * STRIP;
        float sums[STRIP] = {};
        for (int kx = 0; kx < DOWN_TAPS; kx++)
        {
            const float *from = mid + (b.y.phase + first * DOWN) * ODD(MID) + b.x.phase + column * DOWN + kx;
            float v[(STRIP - 1) * DOWN + DOWN_TAPS];
#pragma unroll
            for (int k = 0; k < (STRIP - 1) * DOWN + DOWN_TAPS; k++)
                v[k] = from[k * ODD(MID)];
#pragma unroll
            for (int r = 0; r < STRIP; r++)
            {
#pragma unroll
                for (int k = 0; k < DOWN_TAPS; k++)
                    sums[r] += d[k * DOWN_TAPS + kx] * v[r * DOWN + k];
            }
        }
        total += store(call, b, sums, first, column);
    }
    return total;
}

// The threads' sums to a block's, always in the same order.
DEVICE void reduce_some(int thread, float *sums)
{
    if (thread >= 32)
        return;
    float sum = 0;
    for (int i = thread; i < THREADS; i += 32)
        sum += sums[i];
    sums[thread] = sum; // its own first: nobody else reads it
}

DEVICE void reduce_rest(const Call &call, const Block &b, int thread, const float *sums)
{
    if (thread != 0)
        return;
    float sum = 0;
    for (int i = 0; i < 32; i++)
        sum += sums[i];
    call.sums[b.index] = sum;
}

#ifdef __CUDACC__
#define PASS(action) { int thread = (int)threadIdx.x; action; } __syncthreads()
extern "C" __global__ void __launch_bounds__(THREADS) filtered_lrelu(const Call call)
{
    extern __shared__ float shared[];
    const Block b = block_of(call, blockIdx.x);
    float total[1];
#define TOTAL total[0]
#else
#define PASS(action) for (int thread = 0; thread < THREADS; thread++) { action; }
extern "C" long long sizeof_call() { return sizeof(Call); }
extern "C" long long shared_floats() { return SHARED_FLOATS; }
extern "C" void filtered_lrelu(const Call *of, unsigned block)
{
    static thread_local float shared[SHARED_FLOATS], total[THREADS];
    const Call call = *of;
    const Block b = block_of(call, block);
#define TOTAL total[thread]
    // What a GPU finds there is anything.
    for (int i = 0; i < SHARED_FLOATS; i++)
        shared[i] = __builtin_nanf("");
#endif
    PASS(load(call, b, thread, shared));
#if UP_RADIAL
    PASS(up_square(call, b, thread, shared));
#else
    PASS(up_columns(thread, shared));
    PASS(up_rows(call, b, thread, shared));
#endif
#if DOWN_RADIAL
    PASS(TOTAL = down_square(call, b, thread, shared));
#else
    PASS(down_columns(b, thread, shared));
    PASS(TOTAL = down_rows(call, b, thread, shared));
#endif
    if (call.sums)
    {
        PASS(SECOND_OF(shared)[thread] = TOTAL);
        PASS(reduce_some(thread, SECOND_OF(shared)));
        PASS(reduce_rest(call, b, thread, SECOND_OF(shared)));
    }
}
