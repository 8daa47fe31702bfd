"""Methods of ufuncs of two operands: of floats, of integers, of truth values."""

FLOATS = (
    "add subtract multiply divide remainder fmod floor_divide copysign hypot "
    " logaddexp logaddexp2 maximum minimum fmax fmin"
).split()
INTEGERS = "bitwise_and bitwise_or bitwise_xor gcd lcm".split()
OUTER = "arctan2 power float_power".split()  # NumPy reduces vectors otherwise than matrices
TRUTHS = "logical_and logical_or logical_xor".split()
COMPARISONS = "equal not_equal less less_equal greater greater_equal heaviside".split()
METHODS = [
    "reduce({%s}, axis={k})",
    "accumulate({%s}, axis={k})",
    "reduceat({%s}, [0, {o}], axis=0)",
    "outer({%s}, {q})",
]
_INTEGER = "p}.astype(int) + np.array({o}) * {n"


def _of(names: list[str], operand: str, scale: str = "") -> list[str]:
    return [f"{scale}np.{name}.{method % operand}" for name in names for method in METHODS]


REAL = [
    *_of(FLOATS, "p"),
    *(form.replace("{q}", "np.array({i})") for form in _of(INTEGERS, _INTEGER, "0.3 * ")),
    *(f"np.{name}.outer({{p}}, {{t}})" for name in OUTER),
    *_of(TRUTHS, "x", "0.7 * "),
    *(f"0.7 * np.{name}.outer({{x}}, {{y}})" for name in COMPARISONS),
    "0.2 * np.gcd(np.array({i}), 2)",
    "0.2 * np.lcm(np.array({i}), 3)",
    "np.nextafter({x}, {y})",
    "{x} + np.spacing({y})",
    "0.1 * np.linalg.matrix_rank({x}) * {y}",
]
ANY = ["0.3 * np.matvec({x}, {y})", "0.3 * np.vecmat({y}, {x})"]
