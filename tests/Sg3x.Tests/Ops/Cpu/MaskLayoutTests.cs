using Sg3x.Ops;
using Sg3x.Ops.Cpu;

namespace Sg3x.Tests.Ops.Cpu;

/// <summary>Every bit that a pass writes or reads lies in the bit plane that is meant, and few bits are for nothing.</summary>
public sealed unsafe class MaskLayoutTests
{
    // The widest vector, in samples.
    private const int Widest = 16;

    [Fact]
    public void Forward_and_adjoint_stay_within_their_bit_planes()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var c = DrawnCase.Draw(seed, x => x);
            var layout = c.Plan.Mask;
            Check(c, layout, c.Horizontal, c.Vertical, adjoint: false);
            Check(c, layout, c.Horizontal.Adjoint(), c.Vertical.Adjoint(), adjoint: true);

            // Column by column: the adjoint's sample j is the forward pass's j − shift.
            for (var phase = 0; phase < layout.Phases; phase++)
            {
                var forward = layout.Cursor(null, 0, ResampleAxis.Modulo(phase - layout.HorizontalShift, layout.Phases), false);
                var adjoint = layout.Cursor(null, layout.VerticalShift, phase, true);
                Assert.Equal((nint)forward.Row(0), (nint)adjoint.Row(0));
                Assert.Equal(
                    ResampleAxis.FloorDivide(phase - layout.HorizontalShift, layout.Phases), adjoint.LaneOffset - forward.LaneOffset);
            }

            var (lanes, rows) = (Lanes(c.Horizontal, layout), c.Vertical.Mid);
            var (moreLanes, moreRows) = (Lanes(c.Horizontal.Adjoint(), layout), c.Vertical.Adjoint().Mid);
            var (across, down) = (Math.Abs(layout.HorizontalShift) / layout.Phases, Math.Abs(layout.VerticalShift));
            Assert.InRange(8 * layout.PlaneBytes, 0, Math.Max(lanes, moreLanes) + across + 4 * Widest);
            Assert.InRange(layout.Rows, 0, Math.Max(rows, moreRows) + down + 4);
            Assert.Equal(layout.Rows * (long)layout.Phases * 2 * layout.PlaneBytes, layout.BytesPerImagePlane);
        }
    }

    private static void Check(DrawnCase c, MaskLayout layout, ResampleAxis horizontal, ResampleAxis vertical, bool adjoint)
    {
        // Rows are made in pairs, of which the first may begin one early and the last end one late.
        for (var mid = -1; mid <= vertical.Mid; mid++)
        {
            for (var phase = 0; phase < layout.Phases; phase++)
            {
                var cursor = layout.Cursor(null, mid, phase, adjoint);
                var start = (long)cursor.Row(0);
                Assert.True(start >= 0 && start + (2 * layout.PlaneBytes) <= layout.BytesPerImagePlane, $"row {mid}: {c}");
                Assert.Equal(0, start % (2 * layout.PlaneBytes));
                Assert.Equal(layout.PlaneBytes, cursor.LimitOffset);
                Assert.Equal(layout.Phases * 2 * layout.PlaneBytes, (long)cursor.Row(1) - start);
                Assert.True(
                    cursor.LaneOffset >= 0 && cursor.LaneOffset + Lanes(horizontal, layout) <= 8 * layout.PlaneBytes,
                    $"lanes from {cursor.LaneOffset} on in {8 * layout.PlaneBytes}: {c}");
            }
        }
        Assert.True(adjoint || layout.Cursor(null, 0, 0, false).LaneOffset % Widest == 0);
    }

    private static int Lanes(ResampleAxis axis, MaskLayout layout) =>
        (((axis.Mid + layout.Phases - 1) / layout.Phases) + Widest - 1) / Widest * Widest;
}
