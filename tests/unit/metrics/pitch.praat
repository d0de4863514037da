# Praat's pitch by autocorrelation, one file "SOUND.f0" with a line "time hertz" for each voiced frame.
form Pitch
    sentence list files.txt
    real floor 60
    real ceiling 500
endform
files = Read Strings from raw text file: list$
n = Get number of strings
for i to n
    selectObject: files
    name$ = Get string: i
    sound = Read from file: name$
    pitch = noprogress To Pitch (ac): 0.01, floor, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, ceiling
    n_frames = Get number of frames
    writeFile: name$ + ".f0", ""
    for k to n_frames
        hertz = Get value in frame: k, "Hertz"
        if hertz <> undefined
            time = Get time from frame number: k
            appendFileLine: name$ + ".f0", time, " ", hertz
        endif
    endfor
    removeObject: sound, pitch
endfor
