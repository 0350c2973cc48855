"""The programs of the renderer, in GLSL 3.30.

Software renderers work out both sides of every branch: what a light does not need is left out when a program is made,
by the constants WET and LAMPS that are put in after the first line.
"""

VERTEX = """
#version 330
uniform mat4 model, camera;
in vec3 position; in vec3 normal; in vec2 uv; in vec4 colour; in vec4 extra;
invariant gl_Position;
out vec3 at, facing; out vec2 spot; out vec4 paint; out float open_sky; flat out vec4 more;
void main() {
    vec4 world = model * vec4(position, 1.0);
    at = world.xyz; facing = mat3(model) * normal; spot = uv; paint = colour; more = extra; open_sky = extra.z;
    gl_Position = camera * world;
}
"""

DEPTH_VERTEX = """
#version 330
uniform mat4 model, camera;
in vec3 position;
invariant gl_Position;  // the same depth as VERTEX gives: one is drawn over the other
void main() {
    vec4 world = model * vec4(position, 1.0);
    gl_Position = camera * world;
}
"""

DEPTH_FRAGMENT = """
#version 330
void main() {}
"""

ID_FRAGMENT = """
#version 330
uniform uint instance;
out uint seen;
void main() { seen = instance; }
"""

SCREEN_VERTEX = """
#version 330
in vec2 corner;
out vec2 on;
void main() { on = corner * 0.5 + 0.5; gl_Position = vec4(corner, 0.0, 1.0); }
"""

# What a surface is made of: plain paint, a layer of the texture array, or the painted ground.
_SURFACE = """
uniform sampler2DArray textures;
uniform sampler2D ground_near, ground_far;
uniform vec4 near_extent, far_extent;  // x, y of the corner; 1 / size
uniform float wet;
const float GROUND = 254.0;
vec3 linear(vec3 screen) { return pow(screen, vec3(2.2)); }
vec4 surface(vec3 at, vec2 spot, vec4 paint, vec4 more) {
    float layer = floor(more.x * 255.0 + 0.5);
    vec3 albedo = linear(paint.rgb);
    float gloss = paint.a;
    if (layer == GROUND) {
        vec2 inside = (at.xy - near_extent.xy) * near_extent.zw;
        bool close = all(greaterThan(inside, vec2(0.002))) && all(lessThan(inside, vec2(0.998)));
        vec2 beyond = (at.xy - far_extent.xy) * far_extent.zw;
        vec4 sampled = close ? texture(ground_near, inside) : texture(ground_far, beyond);
        float grain = texture(textures, vec3(at.xy * 0.9, 0.0)).r * texture(textures, vec3(at.yx * 0.23, 0.0)).r;
        albedo = linear(sampled.rgb) * (0.55 + 0.8 * grain / 0.36 * 0.56);
        gloss = mix(sampled.a * 0.4, 0.35 + 0.6 * sampled.a, wet);
        albedo *= mix(1.0, 0.6, wet);
    } else if (layer < 250.0) {
        vec4 sampled = texture(textures, vec3(spot, layer));
        albedo *= linear(sampled.rgb);
    }
    return vec4(albedo, gloss);
}
"""

_TONE = """
vec3 on_screen(vec3 light) {
    light = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14);
    return pow(clamp(light, 0.0, 1.0), vec3(1.0 / 2.2));
}
"""

# What a glossy surface mirrors where nothing better is known: sky, a band of houses, the ground.
_SURROUNDINGS = """
uniform vec3 zenith_rgb, horizon_rgb, bounce_rgb;
vec3 surroundings(vec3 way) {
    vec3 sky = mix(horizon_rgb, zenith_rgb, pow(clamp(way.z, 0.0, 1.0), 0.6));
    float roofs = 0.34 + 0.10 * sin(way.x * 9.0) + 0.06 * sin(way.y * 23.0 + way.x * 17.0);
    vec3 houses = horizon_rgb * 0.28 + bounce_rgb * 0.3;
    vec3 above = mix(houses, sky, smoothstep(roofs - 0.06, roofs + 0.06, way.z));
    return mix(bounce_rgb * 0.8, above, smoothstep(-0.04, 0.02, way.z));
}
"""

_LAMPS = """
uniform int lamp_count;
uniform vec4 lamp_at[24];     // x, y, z; reach in metres
uniform vec4 lamp_rgb[24];    // colour; cosine of the half angle of its cone
uniform vec4 lamp_toward[24]; // direction of the cone; unused
vec3 lamplight(vec3 at, vec3 normal) {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < lamp_count; ++i) {
        vec3 way = lamp_at[i].xyz - at;
        float distance = length(way);
        if (distance > lamp_at[i].w) continue;
        way /= distance;
        float edge = 1.0 - distance / lamp_at[i].w;
        float cone = smoothstep(lamp_rgb[i].w - 0.12, lamp_rgb[i].w + 0.18, dot(-way, lamp_toward[i].xyz));
        float lambert = max(dot(normal, way), 0.0) * 0.85 + 0.06;
        sum += lamp_rgb[i].rgb * lambert * cone * edge / (1.0 + distance * distance);
    }
    return sum;
}
"""

_SHADOW = """
// 1 where the map knows of the place, 0 beyond its edge.
float known(vec2 place) {
    vec2 off = abs(place - 0.5);
    return step(max(off.x, off.y), 0.495);
}
float lit(sampler2DShadow map, vec3 place, float blur) {
    vec2 shift = vec2(blur, 0.4 * blur);
    float sum = texture(map, vec3(place.xy + shift, place.z)) + texture(map, vec3(place.xy - shift, place.z));
    shift = vec2(-shift.y, shift.x);
    sum += texture(map, vec3(place.xy + shift, place.z)) + texture(map, vec3(place.xy - shift, place.z));
    return mix(1.0, sum * 0.25, known(place.xy));
}
"""

STAGE_FRAGMENT = (
    "#version 330\nin vec3 at, facing; in vec2 spot; in vec4 paint; in float open_sky; flat in vec4 more;\n"
    "uniform float lamps;\n"
    "layout(location = 0) out vec4 albedo_gloss; layout(location = 1) out vec4 normal_sky;\n"
    "layout(location = 2) out vec4 glow;\n"
    + _SURFACE
    + """
void main() {
    vec4 made = surface(at, spot, paint, more);
    vec3 normal = facing / max(length(facing), 1e-5) * (gl_FrontFacing ? 1.0 : -1.0);
    albedo_gloss = vec4(sqrt(made.rgb), made.a);
    normal_sky = vec4(normal * 0.5 + 0.5, open_sky);
    float strength = more.y * mix(1.0, lamps, more.w);
    glow = vec4(sqrt(made.rgb * strength), 1.0);
}
"""
)

_STAGE_READ = """
uniform sampler2D albedo_gloss, normal_sky, glow, depth, ambient, direct;
uniform mat4 from_clip;
vec3 place_of(vec2 on, float z) {
    vec4 world = from_clip * vec4(vec3(on, z) * 2.0 - 1.0, 1.0);
    return world.xyz / world.w;
}
"""

# Adds the light of several directions at once; their shadow maps lie side by side, 4 across and 2 down.
SKYLIGHT_FRAGMENT = (
    "#version 330\nin vec2 on; out vec4 light;\n"
    + _STAGE_READ
    + """
uniform sampler2DShadow maps;
uniform mat4 seen[8];
uniform vec3 toward[8];
uniform vec3 radiance[8];
uniform vec3 eye;
void main() {
    float z = texture(depth, on).r;
    if (z >= 1.0) { light = vec4(0.0); return; }
    vec3 at = place_of(on, z);
    vec4 packed_normal = texture(normal_sky, on);
    vec3 normal = normalize(packed_normal.xyz * 2.0 - 1.0);
    at += normal * (0.03 + 0.0016 * distance(at, eye));
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 8; ++i) {
        float facing = dot(normal, toward[i]);
        if (facing <= 0.0) continue;
        vec3 place = (seen[i] * vec4(at, 1.0)).xyz * 0.5 + 0.5;
        float open = 1.0;
        if (all(greaterThan(place.xy, vec2(0.002))) && all(lessThan(place.xy, vec2(0.998)))) {
            vec2 tile = (vec2(i % 4, i / 4) + place.xy) / vec2(4.0, 2.0);
            open = texture(maps, vec3(tile, place.z - 0.0012));
        }
        sum += radiance[i] * facing * open;
    }
    light = vec4(sum * packed_normal.a, 1.0);
}
"""
)

LAMPLIGHT_FRAGMENT = (
    "#version 330\nin vec2 on; out vec4 light;\n"
    + _STAGE_READ
    + _LAMPS
    + """
uniform vec3 bounce_rgb;
void main() {
    float z = texture(depth, on).r;
    vec4 packed_normal = texture(normal_sky, on);
    vec3 normal = normalize(packed_normal.xyz * 2.0 - 1.0);
    vec3 bounce = bounce_rgb * (0.65 - 0.35 * normal.z) * packed_normal.a;
    light = z >= 1.0 ? vec4(0.0) : vec4(lamplight(place_of(on, z), normal) * packed_normal.a + bounce, 1.0);
}
"""
)

_LIVE_SHADOWS = (
    _SHADOW
    + """
uniform sampler2DShadow moving_sun, overhead;
uniform mat4 sun_seen, overhead_seen;
uniform float overhead_scale;  // shares of the map in a metre
// How much of the sky a moving thing leaves to a point below or beside it.
float moving_open(vec3 at, vec3 normal) {
    vec3 place = (overhead_seen * vec4(at, 1.0)).xyz * 0.5 + 0.5;
    place.z -= 0.0006;
    float covered = 0.0;
    const vec2 ways[8] = vec2[](vec2(0.12, 0.02), vec2(-0.10, 0.10), vec2(0.02, -0.36), vec2(-0.35, -0.12),
                                vec2(0.28, 0.30), vec2(0.50, -0.42), vec2(-0.30, 0.58), vec2(-0.52, -0.52));
    for (int i = 0; i < 8; ++i) {
        vec2 tap = ways[i] + normal.xy * (length(ways[i]) + 0.1);
        covered += 1.0 - texture(overhead, vec3(place.xy + tap * overhead_scale, place.z));
    }
    return 1.0 - 0.103 * covered * known(place.xy);
}
float moving_lit(vec3 place) { return lit(moving_sun, place, 0.0008); }
"""
)

_AIR = """
uniform float haze;
uniform vec3 eye;
vec3 through_air(vec3 light, vec3 at) {
    float share = 1.0 - exp(-haze * distance(at, eye) / 100.0);
    return mix(light, horizon_rgb * 0.9, share);
}
"""

# The street as it stands, darkened by what moves; writes the street's depth so that things can hide behind it.
BACKDROP_FRAGMENT = (
    "#version 330\nin vec2 on; out vec4 picture;\n"
    + _STAGE_READ
    + _TONE
    + _SURROUNDINGS
    + _LAMPS
    + _LIVE_SHADOWS
    + _AIR
    + """
uniform float exposure, wet;
uniform sampler2D mirror;
uniform sampler2DArray textures;
vec3 wet_mirror(vec3 at, float gloss) {
    vec2 ripple = texture(textures, vec3(at.xy * 0.35, 0.0)).rg - 0.6;
    float blur = mix(2.6, 1.2, gloss);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 7; ++i) {
        float stretch = (float(i) - 3.0) * mix(0.012, 0.004, gloss);
        sum += textureLod(mirror, on + vec2(ripple.x * 0.012, ripple.y * 0.02 + stretch), blur).rgb;
    }
    return sum / 7.0;
}
void main() {
    float z = texture(depth, on).r;
    gl_FragDepth = z;
    vec3 at = place_of(on, z);
    vec3 looking = normalize(at - eye);
    if (z >= 1.0) {
        picture = vec4(on_screen(mix(horizon_rgb, zenith_rgb, clamp(looking.z * 1.6, 0.0, 1.0)) * exposure), 1.0);
        return;
    }
    vec4 made = texture(albedo_gloss, on);
    vec3 albedo = made.rgb * made.rgb;
    vec4 packed_normal = texture(normal_sky, on);
    vec3 normal = normalize(packed_normal.xyz * 2.0 - 1.0);
    float open = moving_open(at, normal);
    vec3 place = (sun_seen * vec4(at + normal * 0.04, 1.0)).xyz * 0.5 + 0.5;
    vec3 light = texture(ambient, on).rgb * open + texture(direct, on).rgb * moving_lit(place - vec3(0, 0, 0.0004));
    if (LAMPS) light += lamplight(at, normal);
    vec3 colour = albedo * light;
    float fresnel = 0.03 + 0.97 * pow(1.0 - max(dot(normal, -looking), 0.0), 5.0);
    vec3 seen = surroundings(reflect(looking, normal)) * packed_normal.a;
    float strength = made.a * fresnel;
    if (WET) {
        float up = step(0.9, normal.z);
        seen = mix(seen, wet_mirror(at, made.a), up);
        strength = mix(strength, clamp(made.a * (0.16 + 1.9 * fresnel), 0.0, 0.85), up);
    }
    colour = mix(colour, seen * mix(1.0, open, 0.6), strength);
    vec3 glowing = texture(glow, on).rgb;
    colour += glowing * glowing * 2.2;
    picture = vec4(on_screen(through_air(colour, at) * exposure), 1.0);
}
"""
)

THING_FRAGMENT = (
    "#version 330\nin vec3 at, facing; in vec2 spot; in vec4 paint; in float open_sky; flat in vec4 more;\n"
    "out vec4 picture;\nuniform float lamps, exposure, tone, flip;\n"
    + _SURFACE
    + _TONE
    + _SURROUNDINGS
    + _LAMPS
    + _LIVE_SHADOWS
    + _AIR
    + """
uniform sampler2DShadow still_sun;
uniform vec3 sun_toward, sun_rgb;
void main() {
    if (WET && flip < 0.0 && at.z < 0.16) discard;  // the ground is the mirror
    vec4 made = surface(at, spot, paint, more);
    vec3 looking = normalize(at - eye);
    vec3 normal = facing / max(length(facing), 1e-5) * (gl_FrontFacing ? flip : -flip);
    vec3 sky = mix(horizon_rgb * 0.75, zenith_rgb * 0.6 + horizon_rgb * 0.4, normal.z * 0.5 + 0.5);
    vec3 ambient = mix(bounce_rgb * 1.4, sky, smoothstep(-0.7, 0.8, normal.z)) * open_sky;
    ambient *= mix(1.0, moving_open(at + vec3(0.0, 0.0, 0.02), normal), 0.55);
    float facing_sun = max(dot(normal, sun_toward), 0.0);
    float sunny = 0.0;
    if (facing_sun > 0.0) {
        vec3 place = (sun_seen * vec4(at + normal * 0.05, 1.0)).xyz * 0.5 + 0.5;
        place.z -= 0.0004;
        sunny = lit(still_sun, place, 0.0008) * moving_lit(place);
    }
    vec3 colour = made.rgb * (ambient + sun_rgb * facing_sun * sunny);
    if (LAMPS) colour += made.rgb * lamplight(at, normal) * open_sky;
    float fresnel = 0.04 + 0.96 * pow(1.0 - max(dot(normal, -looking), 0.0), 5.0);
    vec3 bounced = reflect(looking, normal);
    float shine = pow(max(dot(bounced, sun_toward), 0.0), mix(12.0, 240.0, made.a)) * made.a * made.a;
    colour = mix(colour, surroundings(bounced) * mix(0.5, 1.0, open_sky), made.a * clamp(fresnel * 1.3, 0.0, 1.0));
    colour += sun_rgb * shine * sunny * 1.5;
    colour += made.rgb * more.y * mix(1.0, lamps, more.w) * 3.0;
    vec3 seen = through_air(colour, at);
    picture = vec4(tone > 0.5 ? on_screen(seen * exposure) : seen, 1.0);
}
"""
)

SHRINK_FRAGMENT = """
#version 330
in vec2 on; out vec4 picture;
uniform sampler2D large;
uniform int factor;
void main() {
    ivec2 corner = ivec2(gl_FragCoord.xy) * factor;
    vec4 sum = vec4(0.0);
    for (int y = 0; y < factor; ++y)
        for (int x = 0; x < factor; ++x) sum += texelFetch(large, corner + ivec2(x, y), 0);
    picture = sum / float(factor * factor);
}
"""
